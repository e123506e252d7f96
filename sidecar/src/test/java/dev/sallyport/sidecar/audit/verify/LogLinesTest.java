package dev.sallyport.sidecar.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogLinesTest {

    @Test
    void lines_are_cut_at_line_feeds_alone() throws Exception {
        assertThat(lines("a\nb\r\n\n\u0085c\u2028d")).containsExactly("a+", "b\r+", "+", "\u0085c\u2028d-");
    }

    @Test
    void nothing_has_no_line() throws Exception {
        assertThat(lines("")).isEmpty();
    }

    @Test
    void a_line_over_several_reads_is_one() throws Exception {
        InputStream bytewise = new ByteArrayInputStream("ab\ncd\n".getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] target, int at, int length) {
                return super.read(target, at, Math.min(1, length));
            }
        };

        assertThat(lines(bytewise)).containsExactly("ab+", "cd+");
    }

    @Test
    void of_a_line_that_is_too_long_the_beginning_is_kept_and_the_next_one_is_whole() throws Exception {
        String most = "x".repeat(LogLines.MOST_BYTES);
        LogLines lines = new LogLines(stream(most + "\n" + most + "y\nz\n"));

        LogLines.Line longest = lines.next().orElseThrow();
        LogLines.Line tooLong = lines.next().orElseThrow();
        LogLines.Line after = lines.next().orElseThrow();

        assertThat(longest.isWhole()).isTrue();
        assertThat(longest.bytes()).hasSize(LogLines.MOST_BYTES);
        assertThat(tooLong.isWhole()).isFalse();
        assertThat(tooLong.bytes()).hasSize(LogLines.MOST_BYTES);
        assertThat(after.bytes()).asString().isEqualTo("z");
    }

    private static List<String> lines(String text) throws IOException {
        return lines(stream(text));
    }

    /** Each with a sign that tells whether it has an end. */
    private static List<String> lines(InputStream in) throws IOException {
        LogLines lines = new LogLines(in);
        List<String> all = new ArrayList<>();
        for (Optional<LogLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            all.add(new String(line.get().bytes(), StandardCharsets.UTF_8)
                    + (line.get().isEnded() ? "+" : "-"));
        }
        return all;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
