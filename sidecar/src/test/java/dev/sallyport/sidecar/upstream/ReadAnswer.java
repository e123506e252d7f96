package dev.sallyport.sidecar.upstream;

import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** What the parser makes of some bytes that end with their connection. */
final class ReadAnswer implements ResponseParser.Sink {

    private final List<String> events = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private boolean paused;
    private boolean failed;

    private final Predicate<String> shown;

    private ReadAnswer(Predicate<String> shown) {
        this.shown = shown;
    }

    /** All at once. */
    static ReadAnswer whole(String method, byte[] bytes) {
        return whole(method, bytes, name -> true);
    }

    /** All at once; of the fields only those with such names are told. */
    static ReadAnswer whole(String method, byte[] bytes, Predicate<String> shown) {
        ReadAnswer read = new ReadAnswer(shown);
        ResponseParser parser = new ResponseParser(method, read);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        read.feed(parser, in);
        read.end(parser);
        return read;
    }

    /** In reads of random lengths, by a reader that pauses now and then. */
    static ReadAnswer inParts(String method, byte[] bytes, Random random) {
        ReadAnswer read = new ReadAnswer(name -> true);
        ResponseParser parser = new ResponseParser(method, read);
        ByteBuf in = Unpooled.buffer();
        for (int i = 0; i < bytes.length && !read.failed; ) {
            int length = Math.min(bytes.length - i, 1 + random.nextInt(random.nextBoolean() ? 3 : 40));
            in.writeBytes(bytes, i, length);
            i += length;
            read.paused = random.nextInt(4) == 0;
            read.feed(parser, in);
        }
        read.paused = false;
        read.feed(parser, in);
        read.end(parser);
        return read;
    }

    /** Reasons and heads, the body as one, its end; or that it is broken, or cut short. */
    List<String> events() {
        return events;
    }

    boolean isWhole() {
        return !events.isEmpty() && events.getLast().startsWith("end");
    }

    private void feed(ResponseParser parser, ByteBuf in) {
        try {
            if (!failed) {
                parser.read(in);
            }
        } catch (DecoderException e) {
            failed = true;
        }
    }

    private void end(ResponseParser parser) {
        if (!failed && !parser.switched() && !parser.inputEnded(true)) {
            flushBody();
            events.add("cut short");
        } else if (failed) {
            flushBody();
            events.add("broken");
        }
    }

    private void flushBody() {
        if (!body.isEmpty()) {
            events.add("body " + body);
            body.setLength(0);
        }
    }

    @Override
    public void head(ResponseHead head) {
        events.add("reason " + head.reasonPhrase());
        events.add("head " + head.status() + " " + lines(head.fields().entries(), shown));
    }

    @Override
    public void data(ByteBuf data) {
        body.append(data.toString(StandardCharsets.ISO_8859_1));
        data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
        flushBody();
        events.add("end " + lines(trailers.entries(), shown));
    }

    @Override
    public boolean takesBody() {
        return !paused;
    }

    static List<String> lines(List<Map.Entry<String, String>> fields, Predicate<String> shown) {
        return fields.stream()
                .filter(field -> shown.test(field.getKey()))
                .map(field -> field.getKey() + ": " + field.getValue())
                .toList();
    }
}
