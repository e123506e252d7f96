package dev.sallyport.sidecar.audit.verify;

import static dev.sallyport.sidecar.audit.verify.Finding.Kind.BEGINS_IN_THE_MIDDLE;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.CHANGED;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.DUPLICATE;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.FOREIGN_SANDBOX;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.HEAD_NOT_FOUND;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.KILLED;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.MISSING;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.NEW_CHAIN;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.NOT_A_RECORD;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.NOT_ENDED;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.OUT_OF_ORDER;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.SANDBOX_CHANGED;
import static dev.sallyport.sidecar.audit.verify.Finding.Kind.TRUNCATED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.sidecar.audit.verify.Verification.Result;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class ChainVerifierTest {

    @Test
    void a_whole_log_holds_and_is_summed_up() {
        SampleLog log = SampleLog.ofRequests(9).start().requests(2).stop();

        Verification verification = verify(log.lines());

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(verification.findings()).isEmpty();
        Summary summary = verification.summary();
        assertThat(summary.lines()).isEqualTo(15);
        assertThat(summary.records()).isEqualTo(15);
        assertThat(summary.requests()).isEqualTo(11);
        assertThat(summary.decisions())
                .isEqualTo(Map.of(
                        Decision.ALLOWED, 4L, Decision.WOULD_DENY, 3L, Decision.DENIED, 2L, Decision.FAILED, 2L));
        assertThat(summary.starts()).isEqualTo(2);
        assertThat(summary.stops()).isEqualTo(2);
        assertThat(summary.head()).contains(log.head());
    }

    @Test
    void a_changed_line_is_named_itself() {
        List<String> lines = SampleLog.ofRequests(8).lines();
        lines.set(4, lines.get(4).replace("/v1/messages", "/v1/massages"));

        assertThat(found(lines)).containsExactly(finding(CHANGED, 5));
    }

    @Test
    void a_line_whose_predecessors_hash_was_changed_is_named_itself() {
        List<String> lines = SampleLog.ofRequests(8).lines();
        lines.set(4, lines.get(4).replaceFirst("\"previous\":\"....", "\"previous\":\"0000"));

        assertThat(found(lines)).containsExactly(finding(CHANGED, 5));
    }

    @Test
    void a_line_whose_number_was_changed_is_named_itself() {
        List<String> lines = SampleLog.ofRequests(8).lines();
        lines.set(4, lines.get(4).replace("\"sequence\":5,", "\"sequence\":7,"));

        assertThat(found(lines)).containsExactly(finding(CHANGED, 5));
    }

    @Test
    void two_changed_lines_are_both_named() {
        List<String> lines = SampleLog.ofRequests(12).lines();
        lines.set(3, lines.get(3).replace("POST", "PUT"));
        lines.set(8, lines.get(8).replace("POST", "PUT"));

        assertThat(found(lines)).containsExactly(finding(CHANGED, 4), finding(CHANGED, 9));
    }

    @Test
    void a_changed_line_before_the_last_shows_though_nothing_tells_which_one_it_was() {
        List<String> lines = SampleLog.ofRequests(4).lines();
        lines.set(4, lines.get(4).replace("POST", "PUT"));

        assertThat(found(lines)).containsExactly(finding(CHANGED, 5));
    }

    @Test
    void missing_lines_are_named_by_their_numbers() {
        List<String> lines = SampleLog.ofRequests(10).lines();
        lines.subList(4, 7).clear();

        Verification verification = verify(lines);

        assertThat(places(verification)).containsExactly(finding(MISSING, 5));
        assertThat(verification.findings().getFirst().message()).contains("numbers 5 to 7");
    }

    @Test
    void lines_that_changed_places_are_found() {
        List<String> lines = SampleLog.ofRequests(10).lines();
        Collections.swap(lines, 4, 5);

        assertThat(found(lines)).containsExactly(finding(MISSING, 5), finding(OUT_OF_ORDER, 6));
    }

    @Test
    void a_repeated_line_is_found() {
        List<String> lines = SampleLog.ofRequests(10).lines();
        lines.add(8, lines.get(3));

        assertThat(found(lines)).containsExactly(finding(DUPLICATE, 9));
    }

    @Test
    void a_line_of_another_sandbox_is_found() {
        List<String> lines = SampleLog.ofRequests(10).lines();
        lines.add(5, SampleLog.ofAnotherSandbox().start().requests(8).lines().get(7));

        assertThat(found(lines)).containsExactly(finding(FOREIGN_SANDBOX, 6));
    }

    @Test
    void a_damaged_line_is_named_and_the_chain_goes_on_after_it() {
        List<String> lines = SampleLog.ofRequests(10).lines();
        lines.set(5, lines.get(5).replace("\"id\"", "\"form\":\"BaseUrl\",\"id\""));

        Verification verification = verify(lines);

        assertThat(places(verification)).containsExactly(finding(NOT_A_RECORD, 6));
        assertThat(verification.findings().getFirst().message()).contains("request: cannot be read (column");
    }

    @Test
    void a_log_that_is_cut_off_in_a_line_is_found() {
        String log = SampleLog.text(SampleLog.ofRequests(4).lines());

        Verification verification = Verifying.log(log.substring(0, log.length() - 40));

        assertThat(places(verification)).containsExactly(finding(TRUNCATED, 6));
    }

    @Test
    void a_log_without_its_last_line_end_holds_with_a_note() {
        String log = SampleLog.text(SampleLog.ofRequests(4).lines());

        Verification verification = Verifying.log(log.substring(0, log.length() - 1));

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(places(verification)).containsExactly(finding(NOT_ENDED, 6));
    }

    @Test
    void a_log_that_begins_in_the_middle_holds_with_a_note() {
        List<String> lines = SampleLog.ofRequests(10).lines();

        Verification verification = verify(lines.subList(4, lines.size()));

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(places(verification)).containsExactly(finding(BEGINS_IN_THE_MIDDLE, 1));
    }

    @Test
    void parts_in_the_wrong_order_are_found() {
        List<String> lines = SampleLog.ofRequests(10).lines();
        Collections.rotate(lines, 5);

        assertThat(found(lines)).contains(finding(OUT_OF_ORDER, 12));
    }

    @Test
    void a_killed_proxys_restart_holds_with_a_note_of_what_was_left_out() {
        SampleLog log = new SampleLog()
                .start()
                .requests(5)
                .startAfterKill(2, 3)
                .requests(2)
                .stop();

        Verification verification = verify(log.lines());

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(places(verification)).containsExactly(finding(KILLED, 7));
        assertThat(verification.findings().getFirst().message())
                .contains("numbers 7 to 9 were left out", "number 6 has no successor");
        assertThat(verification.summary().leftOut()).isEqualTo(3);
    }

    @Test
    void a_kill_that_left_nothing_out_is_no_note() {
        SampleLog log = new SampleLog().start().requests(5).start().requests(2);

        assertThat(found(log.lines())).isEmpty();
    }

    @Test
    void a_proxy_killed_in_its_very_first_lines_is_followed() {
        SampleLog log = new SampleLog().start().requests(2).startAfterKill(3, 1).requests(2);

        assertThat(found(log.lines())).containsExactly(finding(KILLED, 4));
    }

    @Test
    void proxies_killed_one_after_the_other_are_followed() {
        SampleLog log = new SampleLog()
                .start()
                .requests(3)
                .startAfterKill(1, 2)
                .startAfterKill(2, 1)
                .requests(1);

        assertThat(found(log.lines())).containsExactly(finding(KILLED, 5), finding(KILLED, 6));
    }

    @Test
    void the_beginning_of_a_line_before_a_killed_proxys_successor_is_a_note() {
        List<String> lines = new SampleLog()
                .start()
                .requests(5)
                .startAfterKill(2, 1)
                .requests(2)
                .lines();
        lines.add(6, lines.get(5).substring(0, 60));

        Verification verification = verify(lines);

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(places(verification)).containsExactly(finding(KILLED, 8));
    }

    @Test
    void the_beginning_of_a_line_anywhere_else_is_a_break() {
        List<String> lines = SampleLog.ofRequests(5).lines();
        lines.add(3, lines.get(3).substring(0, 60));

        assertThat(found(lines)).containsExactly(finding(TRUNCATED, 4));
    }

    @Test
    void lines_taken_out_before_a_restart_are_missing() {
        List<String> lines =
                new SampleLog().start().requests(5).start().requests(2).lines();
        lines.subList(4, 6).clear();

        assertThat(found(lines)).containsExactly(finding(MISSING, 5));
    }

    @Test
    void a_new_chain_of_the_same_sandbox_holds_with_a_note() {
        SampleLog log = SampleLog.ofRequests(5).startAnew().requests(3);

        Verification verification = verify(log.lines());

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(places(verification)).containsExactly(finding(NEW_CHAIN, 8));
        assertThat(verification.summary().chains()).isEqualTo(2);
    }

    @Test
    void a_new_chain_of_another_sandbox_is_a_break() {
        List<String> lines = SampleLog.ofRequests(5).lines();
        lines.addAll(SampleLog.ofAnotherSandbox().start().requests(2).lines());

        assertThat(found(lines)).containsExactly(finding(NEW_CHAIN, 8), finding(FOREIGN_SANDBOX, 8));
    }

    @Test
    void a_proxy_that_is_given_another_sandboxs_configuration_is_a_note() {
        SampleLog log = SampleLog.ofRequests(2);
        String renamed = log.lines()
                .get(3)
                .replace(SampleLog.UID, "another")
                .replace("\"sequence\":4", "\"sequence\":5")
                .replaceFirst(
                        "\"previous\":\"[0-9a-f]{64}",
                        "\"previous\":\"" + log.head().hash());
        List<String> lines = log.lines();
        lines.add(renamed);

        Verification verification = verify(lines);

        assertThat(verification.result()).isEqualTo(Result.OK);
        assertThat(places(verification)).containsExactly(finding(SANDBOX_CHANGED, 5));
    }

    @Test
    void a_log_of_another_sandbox_than_asked_for_is_a_break() {
        byte[] log = SampleLog.text(SampleLog.ofRequests(2).lines()).getBytes(StandardCharsets.UTF_8);

        assertThat(places(Verifying.log(log, Optional.empty(), Optional.of("another"))))
                .containsExactly(finding(FOREIGN_SANDBOX, 1));
        assertThat(places(Verifying.log(log, Optional.empty(), Optional.of(SampleLog.UID))))
                .isEmpty();
    }

    @Test
    void a_log_that_lacks_its_last_lines_is_found_by_its_head() {
        SampleLog log = SampleLog.ofRequests(10);
        List<String> cut = log.lines().subList(0, 9);

        Verification verification = withHead(cut, log.head());

        assertThat(places(verification)).containsExactly(finding(HEAD_NOT_FOUND, 9));
        assertThat(verification.findings().getFirst().message()).contains("numbers 10 to 12");
    }

    @Test
    void a_log_that_was_written_anew_in_whole_is_found_by_its_head() {
        SampleLog log = SampleLog.ofRequests(10);
        SampleLog forged = new SampleLog().start().requests(8).stop().start().stop();

        assertThat(places(withHead(forged.lines(), log.head()))).containsExactly(finding(HEAD_NOT_FOUND, 12));
    }

    @Test
    void a_head_that_the_log_has_gone_on_from_is_found_in_it() {
        SampleLog log = new SampleLog().start().requests(4);
        AuditHead then = log.head();
        log.requests(5).stop();

        assertThat(places(withHead(log.lines(), then))).isEmpty();
    }

    @Test
    void lines_of_the_operational_log_and_blank_ones_are_counted_and_passed_over() {
        List<String> lines = SampleLog.ofRequests(3).lines();
        lines.add(0, "{\"timestamp\":1,\"level\":\"INFO\",\"message\":\"Proxy serves\"}");
        lines.add(3, "");
        lines.add(4, "Terminating due to java.lang.OutOfMemoryError: Java heap space");

        Verification verification = verify(lines);

        assertThat(verification.findings()).isEmpty();
        assertThat(verification.summary().otherLines()).isEqualTo(3);
    }

    @Test
    void a_line_that_is_too_long_is_a_break_and_nothing_more() {
        List<String> lines = SampleLog.ofRequests(6).lines();
        lines.set(4, lines.get(4).replace("/v1/messages", "/" + "a".repeat(200_000)));

        assertThat(found(lines)).containsExactly(finding(NOT_A_RECORD, 5));
    }

    @Test
    void a_log_that_is_wrong_in_every_line_does_not_fill_the_memory() {
        String[] lines = new String[10_000];
        Arrays.fill(lines, "{\"event\":\"Request\"}");

        Verification verification = verify(Arrays.asList(lines));

        assertThat(verification.breaks()).isEqualTo(10_000);
        assertThat(verification.findings()).hasSize(Findings.MOST_KEPT);
    }

    private static Verification verify(List<String> lines) {
        return Verifying.log(SampleLog.text(lines));
    }

    private static Verification withHead(List<String> lines, AuditHead head) {
        return Verifying.log(
                SampleLog.text(lines).getBytes(StandardCharsets.UTF_8), Optional.of(head), Optional.empty());
    }

    private static List<Tuple> found(List<String> lines) {
        return places(verify(lines));
    }

    private static List<Tuple> places(Verification verification) {
        return verification.findings().stream()
                .map(finding -> finding(finding.kind(), finding.place().line()))
                .toList();
    }

    private static Tuple finding(Finding.Kind kind, long line) {
        return Tuple.tuple(kind, line);
    }
}
