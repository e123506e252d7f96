package dev.sallyport.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RequestParserTest {

    private static final String HEAD = "POST /a?b HTTP/1.1\r\nHost: p\r\nX-One: \t two \r\nContent-Length: 12\r\n\r\n";

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static RequestParser.Parsed parse(String head) throws UnreadableHeadException {
        return RequestParser.parse(octets(head), 200);
    }

    @Test
    void reads_a_head_as_it_stands() throws Exception {
        RequestParser.Parsed parsed = parse(HEAD);

        assertThat(parsed.head().protocol()).isEqualTo(Protocol.HTTP_1_1);
        assertThat(parsed.head().method()).isEqualTo("POST");
        assertThat(parsed.head().target()).isEqualTo("/a?b");
        assertThat(parsed.head().fields().entries())
                .extracting(Object::toString)
                .containsExactly("Host=p", "X-One=two", "Content-Length=12");
        assertThat(parsed.contentLength()).isEqualTo(OptionalLong.of(12));
        assertThat(parsed.closes()).isFalse();
    }

    @Test
    void knows_when_the_client_wants_to_close() throws Exception {
        assertThat(parse("GET / HTTP/1.0\r\n\r\n").closes()).isTrue();
        assertThat(parse("GET / HTTP/1.1\r\nHost: p\r\nConnection: x, CLOSE\r\n\r\n")
                        .closes())
                .isTrue();
        assertThat(parse("GET / HTTP/1.1\r\nHost: p\r\nConnection: closed\r\n\r\n")
                        .closes())
                .isFalse();
    }

    @Test
    void needs_no_scanner_to_refuse_what_is_no_head() {
        for (String head : new String[] {
            "",
            "\r\n",
            "\r\n\r\n",
            "GET / HTTP/1.1",
            "GET / HTTP/1.1\r\n",
            "GET / HTTP/1.1\r\nHost: p\r\n",
            "GET / HTTP/1.1\r\n\r\nHost: p\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: p\r\n\n",
            "GET / HTTP/1.1\r\nHost: p\n\r\n\r\n"
        }) {
            assertThatThrownBy(() -> parse(head)).as(head).isInstanceOf(UnreadableHeadException.class);
        }
    }

    @Test
    void tells_what_it_can_of_what_it_cannot_read() {
        assertThat(RequestParser.beginning(octets("DELETE /x HTTP/1.0\r\nX y")).target())
                .isEqualTo("/x");
        assertThat(RequestParser.beginning(octets("DELETE /x HTTP/1.0\r\nX y")).protocol())
                .isEqualTo(Protocol.HTTP_1_0);
        assertThat(RequestParser.beginning(octets("DELETE /xxxxxxx")).method()).isEqualTo("DELETE");
        assertThat(RequestParser.beginning(octets("DELETE /xxxxxxx")).target()).isEmpty();
        assertThat(RequestParser.beginning(octets("DELETE")).method()).isEqualTo("-");
        assertThat(RequestParser.beginning(octets("\0")).method()).isEqualTo("-");
        assertThat(RequestParser.beginning(octets("")).method()).isEqualTo("-");
    }

    @Test
    void the_scanner_finds_the_end_wherever_the_octets_are_split() throws Exception {
        byte[] all = octets("\r\n" + HEAD + "body");
        int end = HEAD.length() + 2;
        for (int first = 0; first <= end; first++) {
            HeadScanner scanner = new HeadScanner(100, 1000);
            ByteBuf octets = Unpooled.buffer().writeBytes(all, 0, first);
            int found = scanner.scan(octets);
            if (first < end) {
                assertThat(found).isEqualTo(-1);
                found = scanner.scan(octets.writeBytes(all, first, all.length - first));
            }
            assertThat(found).isEqualTo(end);
            assertThat(scanner.requestLine()).isEqualTo(2);
        }
    }

    @Test
    void the_scanner_holds_its_limits_to_the_octet() throws Exception {
        String head = "GET /234567 HTTP/1.1\r\nHost: p\r\n\r\n";

        assertThat(scan(head, 8, head.length() - 1)).isEqualTo(head.length());
        assertThatThrownBy(() -> scan(head, 6, 1000))
                .isInstanceOfSatisfying(
                        UnreadableHeadException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.TARGET_TOO_LONG));
        assertThatThrownBy(() -> scan(head, 8, head.length() - 3))
                .isInstanceOfSatisfying(
                        UnreadableHeadException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.HEAD_TOO_LARGE));
    }

    private static int scan(String head, int targetBytes, int headBytes) throws UnreadableHeadException {
        return new HeadScanner(targetBytes, headBytes).scan(Unpooled.wrappedBuffer(octets(head)));
    }

    @Test
    void what_the_scanner_passes_the_parser_takes_or_refuses() {
        Random random = new Random(42);
        int taken = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] mutant = octets(HEAD);
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                mutant[random.nextInt(mutant.length)] = (byte) "\r\n\0 \t:,;aA0\u007f\u00ff".charAt(random.nextInt(13));
            }
            try {
                RequestParser.Parsed parsed = RequestParser.parse(mutant, 200);
                taken++;
                int end = new HeadScanner(100, 1000).scan(Unpooled.wrappedBuffer(mutant));
                assertThat(end).isEqualTo(mutant.length);
                assertThat(parsed.head().fields().entries())
                        .allSatisfy(field ->
                                assertThat(field.getKey() + field.getValue()).doesNotContain("\r", "\n", "\0"));
            } catch (UnreadableHeadException e) {
                // refused by one or the other
            }
        }
        assertThat(taken).isBetween(1_000, 99_000);
    }
}
