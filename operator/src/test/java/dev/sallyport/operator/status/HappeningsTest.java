package dev.sallyport.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.operator.model.Happening;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HappeningsTest {

    private final StatusComposer composer = new StatusComposer(Clock.fixed(Sample.NOW, ZoneOffset.UTC));

    private AgentSandboxStatus running() {
        return composer.compose(
                null,
                Sample.facts(
                        Optional.of(Sample.runningPod()),
                        Optional.of(Sample.answered(Sample.report(Sample.counters("a", 1, 0))))));
    }

    private AgentSandboxStatus refused(String path) {
        return composer.compose(
                running(),
                Sample.with(Sample.facts(Optional.of(Sample.runningPod()), Optional.empty()), Sample.refused(path)));
    }

    @Test
    void aSandboxThatBecomesReadyIsTold() {
        assertThat(reasons(null, running())).containsExactly("ProxyReady", "Ready");
    }

    @Test
    void nothingNewIsNothingToTell() {
        assertThat(reasons(running(), running())).isEmpty();
    }

    @Test
    void aRefusedSpecIsToldOnceAndAgainWhenTheProblemIsAnother() {
        assertThat(reasons(running(), refused("spec.a"))).contains("SpecRefused");
        assertThat(reasons(refused("spec.a"), refused("spec.a"))).isEmpty();
        assertThat(reasons(refused("spec.a"), refused("spec.b"))).containsExactly("SpecRefused");
        assertThat(reasons(refused("spec.a"), running())).contains("SpecAccepted");
    }

    @Test
    void refusedRequestsAreSummedUpOnceAMinute() {
        Instant[] now = {Sample.NOW};
        InstantSource source = () -> now[0];
        Clock clock = source.withZone(ZoneOffset.UTC);
        DenialSummaries denials = new DenialSummaries(clock);

        Optional<Happening> first = denials.due("uid", null, denied(3));
        Optional<Happening> tooSoon = denials.due("uid", denied(3), denied(10));
        Optional<Duration> wait = denials.wait("uid", denied(10));
        now[0] = now[0].plusSeconds(60);
        Optional<Happening> later = denials.due("uid", denied(10), denied(10));
        Optional<Happening> nothing = denials.due("uid", denied(10), denied(10));

        assertThat(first).map(Happening::note).hasValue("3 requests were refused");
        assertThat(tooSoon).isEmpty();
        assertThat(wait).hasValue(Duration.ofSeconds(60));
        assertThat(later).map(Happening::note).hasValue("7 requests were refused");
        assertThat(nothing).isEmpty();
        assertThat(denials.wait("uid", denied(10))).isEmpty();
    }

    @Test
    void anOperatorThatStartsAgainDoesNotTellOldRefusals() {
        DenialSummaries denials = new DenialSummaries(Clock.fixed(Sample.NOW, ZoneOffset.UTC));

        assertThat(denials.due("uid", denied(5), denied(5))).isEmpty();
        assertThat(denials.due("uid", denied(5), denied(6)))
                .map(Happening::note)
                .hasValue("1 request was refused");
    }

    private static AuditStatus denied(long count) {
        return AuditTotals.fold(null, Sample.counters("a", 0, count));
    }

    private static List<String> reasons(
            @org.jspecify.annotations.Nullable AgentSandboxStatus before, AgentSandboxStatus after) {
        return Happenings.between(before, after).stream().map(Happening::reason).toList();
    }
}
