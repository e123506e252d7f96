package dev.sallyport.sidecar.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.sidecar.audit.verify.Verification.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Every single change of a small log, at every position. What a chain cannot show by itself, the head shows; what precedes
 * the first line of a log can be seen by nobody, and is a note.
 */
class TamperingTest {

    private static final SampleLog LOG = SampleLog.ofRequests(3).start().requests(2);
    private static final byte[] BYTES = SampleLog.text(LOG.lines()).getBytes(StandardCharsets.UTF_8);
    private static final int LAST_LINE =
            BYTES.length - LOG.lines().getLast().getBytes(StandardCharsets.UTF_8).length - 1;

    @Test
    void the_log_itself_holds() {
        assertThat(withHead(BYTES).findings()).isEmpty();
    }

    @Test
    void every_changed_byte_is_found() {
        for (int at = 0; at < BYTES.length; at++) {
            for (int change : new int[] {0x01, 0x80, BYTES[at] ^ '\n', BYTES[at] ^ ' '}) {
                byte[] tampered = BYTES.clone();
                tampered[at] ^= (byte) change;
                if (tampered[at] != BYTES[at]) {
                    assertFound(tampered, at < LAST_LINE, "byte " + at + " by " + change);
                }
            }
        }
    }

    @Test
    void every_removed_byte_is_found() {
        // The last line end is no part of a line: that it is gone is a note.
        for (int at = 0; at < BYTES.length - 1; at++) {
            byte[] tampered = new byte[BYTES.length - 1];
            System.arraycopy(BYTES, 0, tampered, 0, at);
            System.arraycopy(BYTES, at + 1, tampered, at, tampered.length - at);
            assertFound(tampered, at < LAST_LINE, "without byte " + at);
        }
    }

    @Test
    void every_added_byte_is_found() {
        for (int at = 0; at < BYTES.length; at++) {
            for (char added : new char[] {'0', ' '}) {
                byte[] tampered = new byte[BYTES.length + 1];
                System.arraycopy(BYTES, 0, tampered, 0, at);
                tampered[at] = (byte) added;
                System.arraycopy(BYTES, at, tampered, at + 1, BYTES.length - at);
                assertFound(tampered, at < LAST_LINE, "with " + added + " at " + at);
            }
        }
    }

    @Test
    void every_run_of_removed_lines_is_found() {
        List<String> lines = LOG.lines();
        for (int from = 0; from < lines.size(); from++) {
            for (int to = from + 1; to <= lines.size(); to++) {
                List<String> tampered = LOG.lines();
                tampered.subList(from, to).clear();
                if (tampered.isEmpty()) {
                    continue;
                }
                byte[] bytes = bytes(tampered);
                String what = "without lines " + from + " to " + to;
                if (from == 0) {
                    assertThat(withHead(bytes).findings())
                            .as(what)
                            .extracting(Finding::kind)
                            .containsExactly(Finding.Kind.BEGINS_IN_THE_MIDDLE);
                } else {
                    assertFound(bytes, to < lines.size(), what);
                }
            }
        }
    }

    @Test
    void every_repeated_line_is_found_wherever_it_stands() {
        List<String> lines = LOG.lines();
        for (int from = 0; from < lines.size(); from++) {
            for (int to = 0; to <= lines.size(); to++) {
                List<String> tampered = LOG.lines();
                tampered.add(to, lines.get(from));
                assertFound(bytes(tampered), true, "line " + from + " again before " + to);
            }
        }
    }

    @Test
    void every_swap_and_every_move_of_lines_is_found() {
        int lines = LOG.lines().size();
        for (int one = 0; one < lines; one++) {
            for (int other = 0; other < lines; other++) {
                if (one == other) {
                    continue;
                }
                List<String> swapped = LOG.lines();
                Collections.swap(swapped, one, other);
                assertFound(bytes(swapped), true, "swapped " + one + " and " + other);
                List<String> moved = LOG.lines();
                moved.add(other, moved.remove(one));
                assertFound(bytes(moved), true, "moved " + one + " to " + other);
            }
        }
    }

    @Test
    void a_line_of_another_chain_of_the_same_sandbox_is_found_wherever_it_stands() {
        List<String> others = SampleLog.ofTheSameSandboxLater()
                .start()
                .stop()
                .start()
                .requests(20)
                .stop()
                .lines();
        int lines = LOG.lines().size();
        for (String other : others.subList(1, others.size())) {
            for (int at = 0; at < lines; at++) {
                List<String> added = LOG.lines();
                added.add(at, other);
                if (at == 0) {
                    // It may be what is left of an earlier proxy's log.
                    assertThat(withHead(bytes(added)).findings())
                            .extracting(Finding::kind)
                            .containsExactly(Finding.Kind.BEGINS_IN_THE_MIDDLE, Finding.Kind.NEW_CHAIN);
                } else {
                    assertFound(bytes(added), true, "a foreign line before " + at);
                }
                List<String> replaced = LOG.lines();
                replaced.set(at, other);
                assertFound(bytes(replaced), at < lines - 1, "a foreign line in place of " + at);
            }
        }
    }

    /**
     * @param byItself whether the log must show it without the head
     */
    private static void assertFound(byte[] tampered, boolean byItself, String what) {
        Verification verification = withHead(tampered);
        assertThat(verification.result()).as(what).isEqualTo(Result.BROKEN);
        if (byItself) {
            assertThat(verification.findings())
                    .as(what)
                    .anyMatch(finding -> finding.kind().isBreak() && finding.kind() != Finding.Kind.HEAD_NOT_FOUND);
        }
    }

    private static Verification withHead(byte[] log) {
        AuditHead head = LOG.head();
        return Verifying.log(log, Optional.of(head), Optional.empty());
    }

    private static byte[] bytes(List<String> lines) {
        return SampleLog.text(new ArrayList<>(lines)).getBytes(StandardCharsets.UTF_8);
    }
}
