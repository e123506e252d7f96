package dev.sallyport.sidecar.upstream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class ResponseParserFuzz {

    @FuzzTest
    void an_answer_is_read_the_same_in_one_part_or_in_many(byte[] bytes) {
        ReadAnswer whole = ReadAnswer.whole("GET", bytes);

        for (int seed = 0; seed < 3; seed++) {
            ReadAnswer parts = ReadAnswer.inParts("GET", bytes, new Random(seed));
            if (!parts.events().equals(whole.events())) {
                throw new IllegalStateException(whole.events() + " but in parts " + parts.events());
            }
        }
    }

    /** Another make of reader refuses what is accepted here, or reads it in the same way. */
    @FuzzTest
    void what_is_accepted_is_read_by_nobody_otherwise(byte[] bytes) {
        ReadAnswer ours = ReadAnswer.whole("GET", bytes, ResponseParserFuzz::isTold);
        if (!ours.isWhole()) {
            return;
        }
        // A reason phrase may begin with a space (RFC 9112, section 4), which Netty drops; it means nothing to anybody.
        List<String> events = ours.events().stream()
                .filter(event -> !event.startsWith("reason "))
                .toList();
        List<String> others = netty(bytes);
        // Where the other one refuses it, only what it had read before counts.
        List<String> read = others.getLast().equals("broken") ? others.subList(0, others.size() - 1) : others;
        int common = Math.min(read.size(), events.size());
        boolean sameSoFar = read.subList(0, common).equals(events.subList(0, common));
        if (!sameSoFar || (read.equals(others) && common < events.size())) {
            throw new IllegalStateException(events + " but " + others);
        }
    }

    /** Netty writes this field anew; whether it was heeded is seen by the body. */
    private static boolean isTold(String name) {
        return !name.equalsIgnoreCase("Transfer-Encoding");
    }

    private static List<String> netty(byte[] bytes) {
        List<String> events = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        boolean informational = false;
        EmbeddedChannel channel = new EmbeddedChannel(new HttpResponseDecoder());
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        channel.finish();
        for (Object each = channel.readInbound(); each != null; each = channel.readInbound()) {
            if (each instanceof HttpObject object && object.decoderResult().isFailure()) {
                ReferenceCountUtil.release(each);
                events.add("broken");
                break;
            }
            if (each instanceof HttpResponse head) {
                informational = head.status().code() < 200;
                // Which a head of 101 keeps: it is the last one.
                if (informational && head.status().code() != 101) {
                    head.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
                }
                events.add("head " + head.status().code() + " "
                        + ReadAnswer.lines(head.headers().entries(), ResponseParserFuzz::isTold));
            }
            if (each instanceof HttpContent content) {
                body.append(content.content().toString(StandardCharsets.ISO_8859_1));
                if (content instanceof LastHttpContent last && !informational) {
                    if (!body.isEmpty()) {
                        events.add("body " + body);
                        body.setLength(0);
                    }
                    events.add("end " + ReadAnswer.lines(last.trailingHeaders().entries(), ResponseParserFuzz::isTold));
                }
            }
            ReferenceCountUtil.release(each);
        }
        return events;
    }
}
