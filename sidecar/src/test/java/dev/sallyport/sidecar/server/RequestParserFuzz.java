package dev.sallyport.sidecar.server;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A head that is taken says nothing else when it is spelt again, whatever octets it came in. */
class RequestParserFuzz {

    private static final int TARGET_BYTES = 256;
    private static final int HEAD_BYTES = 2048;

    @FuzzTest
    void a_head_is_read_in_one_way(byte[] octets) {
        String first = read(octets, octets.length);
        require(first.equals(read(octets, 1)), "read otherwise octet by octet");
        require(first.equals(read(octets, 7)), "read otherwise in parts");
        if (!first.startsWith("refused") && !first.equals("more")) {
            byte[] again = first.getBytes(StandardCharsets.ISO_8859_1);
            require(first.equals(read(again, again.length)), "spelt again it is read otherwise");
        }
    }

    /** The head as it would be sent on; or that it was refused, or more must come. */
    private static String read(byte[] octets, int step) {
        HeadScanner scanner = new HeadScanner(TARGET_BYTES, HEAD_BYTES);
        ByteBuf buffer = Unpooled.buffer(octets.length + 1);
        try {
            for (int at = 0; at < octets.length; at += step) {
                buffer.writeBytes(octets, at, Math.min(step, octets.length - at));
                int end = scanner.scan(buffer);
                if (end >= 0) {
                    byte[] head = new byte[end - scanner.requestLine()];
                    buffer.skipBytes(scanner.requestLine()).readBytes(head);
                    return spelt(RequestParser.parse(head, 20));
                }
            }
            return "more";
        } catch (UnreadableHeadException e) {
            var _ = RequestParser.beginning(octets);
            return "refused: " + e.reason();
        }
    }

    private static String spelt(RequestParser.Parsed parsed) {
        HttpHeaders fields = parsed.head().fields();
        require(fields.getAll("host").size() <= 1, "several hosts");
        require(
                fields.getAll("content-length").size()
                                + fields.getAll("transfer-encoding").size()
                        <= 1,
                "two framings");
        require(
                parsed.contentLength().isPresent() != fields.contains("transfer-encoding"),
                "a framing that its field does not say");
        String version =
                switch (parsed.head().protocol()) {
                    case HTTP_1_0 -> "HTTP/1.0";
                    case HTTP_1_1 -> "HTTP/1.1";
                    case HTTP_2 -> throw new IllegalStateException("HTTP/2 in text");
                };
        StringBuilder text = new StringBuilder()
                .append(parsed.head().method())
                .append(' ')
                .append(parsed.head().target())
                .append(' ')
                .append(version)
                .append("\r\n");
        for (Map.Entry<String, String> field : fields) {
            String line = field.getKey() + ":" + field.getValue();
            require(line.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0), "a line's end in a field");
            text.append(line).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
