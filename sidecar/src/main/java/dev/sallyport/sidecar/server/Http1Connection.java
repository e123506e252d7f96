package dev.sallyport.sidecar.server;

import static java.util.Objects.requireNonNull;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1 connection: reads requests, one at a time, and sends their answers. What a client sends ahead waits in the
 * kernel, but for a little that is read so that its leaving is noticed.
 *
 * <p>A client that ends its side of the connection while it waits for an answer is taken to have left, since that is how
 * leaving looks and the upstream's work should stop; but not one that has said that this request is its last ({@code
 * Connection: close}, HTTP/1.0), since some do that and then read.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter {

    /** How much of a request is read for nothing after an early answer, so that the client gets to read that. */
    static final int MOST_DISCARDED = 256 * 1024;

    private static final int DISCARD_SECONDS = 2;
    private static final int MOST_AHEAD = 64 * 1024;
    private static final int TRAILER_FIELDS = 100;

    private final Serving serving;
    private final Optional<ClientStream.Tunnel> tunnel;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Alarm alarm;
    private @Nullable Http1Stream stream;
    private ByteBuf octets = Unpooled.EMPTY_BUFFER;
    private HeadScanner scanner;
    private Phase phase = Phase.IDLE;
    private int discarded;
    private boolean working;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean flushPending;

    /** What is read. */
    private enum Phase {
        /** Nothing of the next request has come. */
        IDLE,
        HEAD,
        /** A request's body, and its answer is not whole. */
        EXCHANGE,
        /** What is left of a request that was answered early. */
        DISCARD,
        /** Whatever still comes, after the last answer. */
        LINGER,
        /** The connection is gone, or speaks HTTP no more. */
        OVER
    }

    Http1Connection(Serving serving, Optional<ClientStream.Tunnel> tunnel) {
        this.serving = serving;
        this.tunnel = tunnel;
        this.scanner = newScanner();
    }

    private HeadScanner newScanner() {
        return new HeadScanner(serving.limits().targetBytes(), serving.limits().headBytes());
    }

    // The connection's events.

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        alarm = new Alarm(added);
        if (added.channel().isActive()) {
            awaitRequest();
            readOn();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        awaitRequest();
        readOn();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        ByteBuf data = (ByteBuf) message;
        switch (phase) {
            case OVER -> data.release();
            case LINGER -> {
                discarded += data.readableBytes();
                data.release();
                if (discarded > MOST_DISCARDED) {
                    close();
                }
            }
            default -> {
                octets = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(reading.alloc(), octets, data);
                work();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext reading) {
        if (stream != null) {
            stream.readComplete();
        }
        readOn();
        if (flushPending) {
            flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (changed.channel().isWritable()) {
            if (phase == Phase.EXCHANGE && stream != null) {
                stream.becameWritable();
            }
            work();
            readOn();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        if (Departure.isEndOfInput(event)) {
            endOfInput();
        } else if (event instanceof Departure.Notice
                && phase == Phase.EXCHANGE
                && !stream().mayHalfClose()) {
            gone(new ClosedChannelException());
            close();
        }
        triggered.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        gone(new ClosedChannelException());
        inactive.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext caught, Throwable cause) {
        Faults.log(cause);
        if (phase == Phase.LINGER) {
            return;
        }
        // What TLS says of octets it can't read quotes them.
        gone(cause instanceof IOException ? cause : new ClosedChannelException());
        reset();
    }

    private void gone(Throwable cause) {
        Http1Stream current = stream;
        over();
        if (current != null) {
            current.fail(cause);
            current.leave();
        }
    }

    private void endOfInput() {
        if (inputEnded) {
            return;
        }
        inputEnded = true;
        switch (phase) {
            case IDLE, HEAD, DISCARD -> linger();
            case LINGER -> {
                if (outputEnded) {
                    close();
                }
            }
            case EXCHANGE -> {
                Http1Stream current = stream();
                if (!current.mayHalfClose() || current.isBeyond(octets.readableBytes())) {
                    gone(new ClosedChannelException());
                    close();
                } else {
                    work();
                }
            }
            case OVER -> {}
        }
    }

    // Reading.

    /** Goes on with what has come, later: never within a call of the handler. */
    void goOn() {
        if (!working) {
            channel().eventLoop().execute(() -> {
                work();
                if (stream != null) {
                    stream.readComplete();
                }
                readOn();
            });
        }
    }

    private void work() {
        if (working) {
            return;
        }
        working = true;
        try {
            while (step()) {
                // as far as it goes
            }
        } catch (RuntimeException e) {
            exceptionCaught(context(), e);
        } finally {
            working = false;
        }
        if (!octets.isReadable()) {
            boolean _ = octets.release();
            octets = Unpooled.EMPTY_BUFFER;
        }
    }

    private boolean step() {
        return switch (phase) {
            case IDLE -> begin();
            case HEAD -> readHead();
            case EXCHANGE -> exchange();
            case DISCARD -> discard();
            case LINGER, OVER -> false;
        };
    }

    private boolean begin() {
        // An answer that nobody reads: no other is begun before it leaves.
        if (!octets.isReadable() || !channel().isWritable()) {
            return false;
        }
        phase = Phase.HEAD;
        alarm().set(serving.limits().headSeconds(), TimeUnit.SECONDS, this::close);
        return true;
    }

    private boolean readHead() {
        RequestParser.Parsed request;
        try {
            int length = scanner.scan(octets);
            if (length < 0) {
                return false;
            }
            octets.skipBytes(scanner.requestLine());
            byte[] head = new byte[length - scanner.requestLine()];
            octets.readBytes(head);
            try {
                request = RequestParser.parse(head, serving.limits().headFields());
            } catch (UnreadableHeadException e) {
                unreadable(RequestParser.beginning(head), e.reason());
                return true;
            }
        } catch (UnreadableHeadException e) {
            octets.skipBytes(Math.min(scanner.requestLine(), octets.readableBytes()));
            unreadable(RequestParser.beginning(ByteBufUtil.getBytes(octets)), e.reason());
            return true;
        }
        scanner = newScanner();
        RequestBody body = RequestBody.of(
                request.contentLength(),
                serving.limits().chunkLineBytes(),
                serving.limits().trailerBytes(),
                TRAILER_FIELDS);
        serving.handler().handle(exchange(new Http1Stream(this, request, body)));
        return true;
    }

    /** Nothing that follows can be told from the request: it is dropped. */
    private void unreadable(RequestHead head, Reason reason) {
        octets.skipBytes(octets.readableBytes());
        serving.handler()
                .unreadable(
                        exchange(new Http1Stream(
                                this,
                                new RequestParser.Parsed(head, OptionalLong.of(0), true),
                                new RequestBody.OfLength(0))),
                        reason);
    }

    private Http1Stream exchange(Http1Stream next) {
        alarm().cancel();
        phase = Phase.EXCHANGE;
        stream = next;
        return next;
    }

    private boolean exchange() {
        Http1Stream current = stream();
        boolean moved = current.advance(octets);
        if (!moved && inputEnded && phase == Phase.EXCHANGE && !current.isStopped() && !current.isRequestOver()) {
            gone(new ClosedChannelException());
            close();
        }
        return moved;
    }

    private boolean discard() {
        Http1Stream current = stream();
        int dropped;
        try {
            dropped = current.discard(octets);
        } catch (DecoderException e) {
            linger();
            return false;
        }
        discarded += Math.max(dropped, 0);
        if (current.isRequestWhole()) {
            awaitRequest();
            return true;
        }
        if (discarded > MOST_DISCARDED) {
            linger();
        }
        return dropped >= 0 && phase == Phase.DISCARD;
    }

    private void readOn() {
        boolean wanted =
                switch (phase) {
                    case IDLE, HEAD -> octets.readableBytes() <= MOST_AHEAD;
                    case DISCARD, LINGER -> true;
                    case EXCHANGE ->
                        octets.readableBytes() <= MOST_AHEAD
                                && (stream().isRequestWhole() || !stream().isStopped());
                    case OVER -> false;
                };
        if (wanted && !inputEnded) {
            context().read();
        }
    }

    private void awaitRequest() {
        stream = null;
        phase = Phase.IDLE;
        alarm().set(serving.limits().idleSeconds(), TimeUnit.SECONDS, this::close);
    }

    // What its stream does.

    Optional<ClientStream.Tunnel> tunnel() {
        return tunnel;
    }

    Channel channel() {
        return context().channel();
    }

    ByteBufAllocator buffers() {
        return context().alloc();
    }

    void send(ByteBuf data) {
        var _ = context().write(data, context().voidPromise());
    }

    void flush() {
        flushPending = false;
        context().flush();
    }

    /** Flushes at the latest when what happens now has happened. */
    void flushSoon() {
        if (!flushPending) {
            flushPending = true;
            channel().eventLoop().execute(() -> {
                if (flushPending) {
                    flush();
                }
            });
        }
    }

    /** The answer is whole. */
    void answered(Http1Stream done) {
        if (done != stream || phase != Phase.EXCHANGE) {
            return;
        }
        serving.load().sending(context().writeAndFlush(Unpooled.EMPTY_BUFFER));
        flushPending = false;
        discarded = 0;
        if (done.isAnswerClosing()) {
            linger();
        } else if (done.isRequestWhole()) {
            awaitRequest();
        } else {
            phase = Phase.DISCARD;
            alarm().set(DISCARD_SECONDS, TimeUnit.SECONDS, this::linger);
        }
        goOn();
    }

    /** Ends this side, and waits a little for the client to end its own, so that it reads the answer (RFC 9112, 9.6). */
    private void linger() {
        over();
        phase = Phase.LINGER;
        alarm().set(serving.limits().idleSeconds(), TimeUnit.SECONDS, this::reset);
        var _ = Departure.shutdownOutput(context()).addListener(sent -> {
            outputEnded = true;
            if (inputEnded) {
                close();
            } else if (phase == Phase.LINGER) {
                alarm().set(DISCARD_SECONDS, TimeUnit.SECONDS, this::close);
                readOn();
            }
        });
    }

    private void close() {
        over();
        var _ = context().close();
    }

    void reset() {
        over();
        Departure.reset(channel());
    }

    private void over() {
        phase = Phase.OVER;
        stream = null;
        alarm().cancel();
        boolean _ = octets.release();
        octets = Unpooled.EMPTY_BUFFER;
    }

    // The end of HTTP.

    Channel handOver() {
        HeldOctets held = new HeldOctets(leave());
        Channel channel = channel();
        var _ = channel.pipeline().replace(this, "held", held);
        return channel;
    }

    void enterTunnel(String host, int port, Consumer<Throwable> refused) {
        ByteBuf early = leave();
        TunnelEntry entry = new TunnelEntry(serving, host, port, refused);
        var _ = channel().pipeline().replace(this, "tunnel", entry);
        entry.start(early);
    }

    Future<ClientStream.ClientHello> awaitHello() {
        ByteBuf early = leave();
        PassedHello hello = new PassedHello(serving.limits().headSeconds());
        var _ = channel().pipeline().replace(this, "hello", hello);
        return hello.begin(early);
    }

    private ByteBuf leave() {
        flush();
        ByteBuf rest = octets;
        octets = Unpooled.EMPTY_BUFFER;
        over();
        return rest;
    }

    private ChannelHandlerContext context() {
        return requireNonNull(context);
    }

    private Alarm alarm() {
        return requireNonNull(alarm);
    }

    private Http1Stream stream() {
        return requireNonNull(stream);
    }
}
