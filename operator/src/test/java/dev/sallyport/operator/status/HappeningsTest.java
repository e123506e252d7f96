package dev.sallyport.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.contract.status.Counters;
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

        List<Happening> first = denials.due("uid", null, denied(3));
        List<Happening> tooSoon = denials.due("uid", denied(3), denied(10));
        Optional<Duration> wait = denials.wait("uid", denied(10));
        now[0] = now[0].plusSeconds(60);
        List<Happening> later = denials.due("uid", denied(10), denied(10));
        List<Happening> nothing = denials.due("uid", denied(10), denied(10));

        assertThat(first).extracting(Happening::note).containsExactly("3 requests were refused");
        assertThat(tooSoon).isEmpty();
        assertThat(wait).hasValue(Duration.ofSeconds(60));
        assertThat(later).extracting(Happening::note).containsExactly("7 requests were refused");
        assertThat(nothing).isEmpty();
        assertThat(denials.wait("uid", denied(10))).isEmpty();
    }

    @Test
    void anOperatorThatStartsAgainDoesNotTellOldRefusals() {
        DenialSummaries denials = new DenialSummaries(Clock.fixed(Sample.NOW, ZoneOffset.UTC));

        assertThat(denials.due("uid", denied(5), denied(5))).isEmpty();
        assertThat(denials.due("uid", denied(5), denied(6)))
                .extracting(Happening::note)
                .containsExactly("1 request was refused");
    }

    @Test
    void aPlaceholderThatWasOnItsWayToAnotherHostIsAnAlarm() {
        DenialSummaries denials = new DenialSummaries(Clock.fixed(Sample.NOW, ZoneOffset.UTC));

        List<Happening> told = denials.due("uid", null, misuse(1, "evil.example"));

        assertThat(told)
                .containsExactly(
                        Happening.warning(
                                "PlaceholderMisuse",
                                "Enforce",
                                "A request carried a placeholder to where it does not belong, and was refused: "
                                        + "POST to host evil.example, route none"),
                        Happening.warning(
                                "RequestsDenied",
                                "Enforce",
                                "1 request was refused, the last: POST to host evil.example, route none: "
                                        + "PlaceholderMisuse"));
    }

    @Test
    void misusesAreSummedUpOnceAMinuteAndNotForgottenWhenAnotherRefusalFollows() {
        Instant[] now = {Sample.NOW};
        InstantSource source = () -> now[0];
        DenialSummaries denials = new DenialSummaries(source.withZone(ZoneOffset.UTC));
        denials.due("uid", null, misuse(1, "a.example"));

        List<Happening> tooSoon = denials.due("uid", null, misuse(2, "b.example"));
        List<Happening> tooSoonAgain = denials.due("uid", null, misuse(3, "c.example"));
        List<Happening> another = denials.due("uid", null, last(4, "c.example", "PathNotAllowed"));
        Optional<Duration> wait = denials.wait("uid", last(4, "c.example", "PathNotAllowed"));
        now[0] = now[0].plusSeconds(60);
        List<Happening> later = denials.due("uid", null, last(4, "c.example", "PathNotAllowed"));
        List<Happening> nothing = denials.due("uid", null, last(4, "c.example", "PathNotAllowed"));

        assertThat(tooSoon).isEmpty();
        assertThat(tooSoonAgain).isEmpty();
        assertThat(another).isEmpty();
        assertThat(wait).hasValue(Duration.ofSeconds(60));
        assertThat(later).extracting(Happening::reason).containsExactly("PlaceholderMisuse", "RequestsDenied");
        assertThat(later.getFirst().note())
                .contains("POST to host c.example")
                .endsWith("at least 2 did within a minute");
        assertThat(nothing).isEmpty();
        assertThat(denials.wait("uid", last(4, "c.example", "PathNotAllowed"))).isEmpty();
    }

    @Test
    void anOperatorThatStartsAgainDoesNotSoundTheAlarmAgain() {
        DenialSummaries denials = new DenialSummaries(Clock.fixed(Sample.NOW, ZoneOffset.UTC));

        assertThat(denials.due("uid", misuse(1, "evil.example"), misuse(1, "evil.example")))
                .isEmpty();
    }

    @Test
    void anyOtherRefusalIsNoAlarm() {
        DenialSummaries denials = new DenialSummaries(Clock.fixed(Sample.NOW, ZoneOffset.UTC));

        assertThat(denials.due("uid", null, last(1, "evil.example", "RouteNotFound")))
                .extracting(Happening::reason)
                .containsExactly("RequestsDenied");
    }

    private static AuditStatus misuse(long count, String host) {
        return last(count, host, "PlaceholderMisuse");
    }

    /** The newest of so many refusals, a second after the one before it. */
    private static AuditStatus last(long count, String host, String reason) {
        Counters counters = Sample.counters("a", 0, count);
        return AuditTotals.fold(
                null,
                new Counters(
                        counters.epoch(),
                        counters.total(),
                        Optional.of(new Counters.LastDenied(
                                Sample.NOW.plusSeconds(count), Optional.empty(), "POST", Optional.of(host), reason)),
                        counters.routes()));
    }

    private static AuditStatus denied(long count) {
        return AuditTotals.fold(null, Sample.counters("a", 0, count));
    }

    private static List<String> reasons(
            @org.jspecify.annotations.Nullable AgentSandboxStatus before, AgentSandboxStatus after) {
        return Happenings.between(before, after).stream().map(Happening::reason).toList();
    }
}
