package dev.sallyport.sidecar.server;

import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** What a handler may do with a request. */
final class Behaviours {

    private Behaviours() {}

    static ResponseHead head(int status, String... fields) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return new ResponseHead(status, "", headers);
    }

    static HttpHeaders trailers(String... fields) {
        return head(200, fields).fields();
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    /** Answers with this text, whatever the request's body. */
    static void text(ClientStream stream, int status, String text, String... fields) {
        ResponseHead head = head(status, fields);
        head.fields().set("content-length", text.length());
        stream.answer(head);
        stream.write(bytes(text));
        stream.end(trailers());
    }

    /** Reads all, then answers with "METHOD target body [trailers]". A broken body is answered with 400. */
    static void collect(ClientStream stream, Consumer<Throwable> failures) {
        StringBuilder body = new StringBuilder();
        stream.receive(new BodyHandler() {
            @Override
            public void data(ByteBuf data) {
                body.append(data.toString(StandardCharsets.ISO_8859_1));
                data.release();
            }

            @Override
            public void readComplete() {}

            @Override
            public void end(HttpHeaders trailers) {
                text(
                        stream,
                        200,
                        stream.head().method() + " " + stream.head().target() + " " + body
                                + (trailers.isEmpty() ? "" : " " + trailers.entries()));
            }

            @Override
            public void failed(Throwable cause) {
                failures.accept(cause);
                if (cause instanceof DecoderException) {
                    text(stream, 400, "broken");
                } else {
                    stream.abort();
                }
            }
        });
        stream.resume();
    }

    /** Sends back each part of the body as it comes, as fast as the client takes it, and its trailers. */
    static void echo(ClientStream stream, Consumer<Throwable> failures) {
        stream.answer(head(200));
        stream.onWritable(stream::resume);
        stream.receive(new BodyHandler() {
            @Override
            public void data(ByteBuf data) {
                stream.write(data);
                if (!stream.isWritable()) {
                    stream.pause();
                }
            }

            @Override
            public void readComplete() {
                stream.flush();
            }

            @Override
            public void end(HttpHeaders trailers) {
                stream.end(trailers);
            }

            @Override
            public void failed(Throwable cause) {
                failures.accept(cause);
                stream.abort();
            }
        });
        stream.resume();
    }

    /** Never answers; tells what happens. */
    static void hold(ClientStream stream, boolean reading, Consumer<Throwable> failures) {
        stream.receive(new BodyHandler() {
            @Override
            public void data(ByteBuf data) {
                data.release();
            }

            @Override
            public void readComplete() {}

            @Override
            public void end(HttpHeaders trailers) {}

            @Override
            public void failed(Throwable cause) {
                failures.accept(cause);
            }
        });
        if (reading) {
            stream.resume();
        }
    }
}
