package dev.sallyport.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.RouteCounts;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.LastDenied;
import dev.sallyport.contract.status.Counters.RouteTally;
import dev.sallyport.contract.status.Counters.Tally;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AuditTotalsTest {

    @Test
    void theFirstReportIsTheTotal() {
        AuditStatus status = AuditTotals.fold(null, counters("a", 5, 2));

        assertThat(status.allowed()).isEqualTo(5);
        assertThat(status.denied()).isEqualTo(2);
        assertThat(status.counterEpoch()).isEqualTo("a");
        assertThat(status.carried()).isNull();
        assertThat(status.routes()).containsExactly(new RouteCounts("r", 5, 2, 0, 0));
    }

    @Test
    void aLaterReportOfTheSameFileReplacesTheEarlier() {
        AuditStatus status = AuditTotals.fold(AuditTotals.fold(null, counters("a", 5, 2)), counters("a", 9, 3));

        assertThat(status.allowed()).isEqualTo(9);
        assertThat(status.denied()).isEqualTo(3);
    }

    @Test
    void aNewFileIsAddedToWhatTheEarlierCounted() {
        AuditStatus before = AuditTotals.fold(null, counters("a", 5, 2));

        AuditStatus status = AuditTotals.fold(AuditTotals.fold(before, counters("b", 1, 0)), counters("b", 4, 1));

        assertThat(status.allowed()).isEqualTo(9);
        assertThat(status.denied()).isEqualTo(3);
        assertThat(status.routes()).containsExactly(new RouteCounts("r", 9, 3, 0, 0));
        assertThat(status.carried()).isNotNull();
    }

    @Test
    void theSameReportTwiceChangesNothing() {
        AuditStatus once = AuditTotals.fold(AuditTotals.fold(null, counters("a", 5, 2)), counters("b", 4, 1));

        assertThat(AuditTotals.fold(once, counters("b", 4, 1))).isEqualTo(once);
    }

    @Test
    void aReportThatComesLateTakesNothingBack() {
        AuditStatus status = AuditTotals.fold(
                AuditTotals.fold(AuditTotals.fold(null, counters("a", 5, 2)), counters("b", 7, 7)),
                counters("b", 3, 3));

        assertThat(status.allowed()).isEqualTo(12);
        assertThat(status.denied()).isEqualTo(9);
    }

    @Test
    void aFinalReportWhoseRoutesWereCutKeepsThoseThatWereKnown() {
        AuditStatus before = AuditTotals.fold(null, counters("a", 5, 2));

        AuditStatus status =
                AuditTotals.fold(before, new Counters("a", new Tally(8, 2, 0, 0), Optional.empty(), List.of()));

        assertThat(status.allowed()).isEqualTo(8);
        assertThat(status.routes()).containsExactly(new RouteCounts("r", 5, 2, 0, 0));
    }

    @Test
    void aRouteThatIsGoneKeepsItsCounts() {
        AuditStatus before = AuditTotals.fold(null, counters("a", 5, 2));
        Counters others = new Counters(
                "b", new Tally(1, 0, 0, 0), Optional.empty(), List.of(new RouteTally("other", new Tally(1, 0, 0, 0))));

        AuditStatus status = AuditTotals.fold(before, others);

        assertThat(status.routes())
                .containsExactly(new RouteCounts("other", 1, 0, 0, 0), new RouteCounts("r", 5, 2, 0, 0));
    }

    @Test
    void theNewestRefusalStaysOverANewFile() {
        AuditStatus before = AuditTotals.fold(null, denied("a", "2030-01-01T00:00:00Z", "Old"));

        AuditStatus without = AuditTotals.fold(before, counters("b", 1, 0));
        AuditStatus newer = AuditTotals.fold(without, denied("b", "2030-01-02T00:00:00Z", "New"));
        AuditStatus older = AuditTotals.fold(newer, denied("b", "2029-01-01T00:00:00Z", "Older"));

        assertThat(without.lastDenied()).isEqualTo(before.lastDenied());
        assertThat(newer.lastDenied()).extracting("reason").isEqualTo("New");
        assertThat(older.lastDenied()).isEqualTo(newer.lastDenied());
    }

    private static Counters counters(String epoch, long allowed, long denied) {
        Tally tally = new Tally(allowed, denied, 0, 0);
        return new Counters(epoch, tally, Optional.empty(), List.of(new RouteTally("r", tally)));
    }

    private static Counters denied(String epoch, String time, String reason) {
        LastDenied last = new LastDenied(Instant.parse(time), Optional.of("r"), "POST", Optional.of("host"), reason);
        return new Counters(epoch, new Tally(0, 1, 0, 0), Optional.of(last), List.of());
    }
}
