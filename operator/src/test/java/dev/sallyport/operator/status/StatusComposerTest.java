package dev.sallyport.operator.status;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.Condition;
import dev.sallyport.api.v1alpha1.ConditionStatus;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.contract.status.ProxyReport.ConfigState;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import dev.sallyport.operator.model.Happening;
import dev.sallyport.operator.model.Lifecycle.Step;
import dev.sallyport.operator.status.proxy.ProxyObservation;
import dev.sallyport.operator.status.proxy.ProxyObservation.Kind;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StatusComposerTest {

    private final StatusComposer composer = at(Duration.ZERO);

    private static StatusComposer at(Duration later) {
        return new StatusComposer(Clock.fixed(Sample.NOW.plus(later), ZoneOffset.UTC));
    }

    private static Facts running() {
        return Sample.facts(
                Optional.of(Sample.runningPod()),
                Optional.of(Sample.answered(Sample.report(Sample.counters("a", 5, 1)))));
    }

    @Test
    void aSandboxWhoseAgentRunsIsReady() {
        AgentSandboxStatus status = composer.compose(null, running());

        assertThat(status.observedGeneration()).isEqualTo(3);
        assertThat(status.podName()).isEqualTo("demo");
        assertThat(condition(status, ConditionType.Accepted)).isEqualTo("True/Valid");
        assertThat(condition(status, ConditionType.CredentialsResolved)).isEqualTo("True/NoneNeeded");
        assertThat(condition(status, ConditionType.ProxyReady)).isEqualTo("True/Serving");
        assertThat(condition(status, ConditionType.EgressEnforced)).isEqualTo("True/Proved");
        assertThat(condition(status, ConditionType.Ready)).isEqualTo("True/Running");
        assertThat(condition(status, ConditionType.Suspended)).isEqualTo("False/Running");
        assertThat(condition(status, ConditionType.Finished)).isEqualTo("False/NotFinished");
        assertThat(status.proxy()).isNotNull();
        assertThat(requireNonNull(status.proxy()).ready()).isTrue();
        assertThat(requireNonNull(status.proxy()).configGeneration()).isEqualTo(3);
        assertThat(requireNonNull(status.audit()).allowed()).isEqualTo(5);
    }

    @Test
    void everyConditionIsThereWhateverTheFacts() {
        for (Facts facts : List.of(
                running(),
                Sample.facts(Optional.empty(), Optional.empty()),
                Sample.with(running(), Step.SUSPEND),
                Sample.with(running(), Sample.refused("spec.x")))) {
            AgentSandboxStatus status = composer.compose(null, facts);

            assertThat(status.conditions())
                    .extracting(Condition::type)
                    .containsExactlyElementsOf(Arrays.stream(ConditionType.values())
                            .map(Enum::name)
                            .toList());
            assertThat(status.conditions()).allSatisfy(found -> {
                assertThat(found.reason()).matches("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");
                assertThat(found.observedGeneration()).isEqualTo(3);
                assertThat(found.lastTransitionTime()).isEqualTo("2030-01-01T12:00:00Z");
            });
        }
    }

    @Test
    void aPairedProxyIsToldOfBeforeItsAgentHasAPod() {
        CredentialState missing =
                new CredentialState("anthropic", "api-key", State.MISSING, Optional.empty(), Optional.empty());
        Facts waiting = Sample.withoutAgent(Sample.facts(
                Optional.of(Sample.runningPod()),
                Optional.of(Sample.answered(Sample.report(Sample.counters("a", 0, 0), missing)))));
        Facts serving = Sample.withoutAgent(running());

        AgentSandboxStatus status = composer.compose(null, waiting);
        AgentSandboxStatus later = composer.compose(status, serving);

        assertThat(status.podName()).isNull();
        assertThat(requireNonNull(status.proxy()).version()).isEqualTo("1.0.0");
        assertThat(condition(status, ConditionType.CredentialsResolved)).isEqualTo("False/SecretMissing");
        assertThat(condition(status, ConditionType.EgressEnforced)).isEqualTo("Unknown/NoPod");
        assertThat(condition(status, ConditionType.Ready)).isEqualTo("False/SecretMissing");
        assertThat(condition(later, ConditionType.ProxyReady)).isEqualTo("True/Serving");
        assertThat(condition(later, ConditionType.Ready)).isEqualTo("False/PodMissing");
        assertThat(condition(composer.compose(null, Sample.with(serving, Step.SUSPEND)), ConditionType.Suspended))
                .as("while either pod is there")
                .isEqualTo("False/Terminating");
    }

    @Test
    void aPairedProxyIsReadyOnceItsServiceLeadsToIt() {
        Pod proxy = Sample.pod("""
                phase: Running
                podIP: 10.42.0.7
                conditions: [{type: Ready, status: "False"}]
                containerStatuses: [{name: proxy, restartCount: 0, state: {running: {}}}]
                """);
        Pod agent = new PodBuilder(Sample.runningPod())
                .editMetadata()
                .withUid("pod-2")
                .endMetadata()
                .build();
        Optional<ProxyObservation> serves = Optional.of(Sample.answered(Sample.report(Sample.counters("a", 0, 0))));

        AgentSandboxStatus early = composer.compose(null, Sample.paired(agent, proxy, serves));
        AgentSandboxStatus later = composer.compose(early, Sample.paired(agent, Sample.runningPod(), serves));

        assertThat(condition(early, ConditionType.ProxyReady)).isEqualTo("False/NotReady");
        assertThat(condition(early, ConditionType.Ready)).isEqualTo("False/NotReady");
        assertThat(condition(later, ConditionType.ProxyReady)).isEqualTo("True/Serving");
        assertThat(condition(
                        composer.compose(null, Sample.facts(Optional.of(proxy), serves)), ConditionType.ProxyReady))
                .as("in the agent's own pod, whose readiness is the agent's too")
                .isEqualTo("True/Serving");
    }

    @Test
    void whatIsMissingIsNamed() {
        CredentialState missing =
                new CredentialState("anthropic", "api-key", State.MISSING, Optional.empty(), Optional.empty());
        Facts facts = Sample.facts(
                Optional.of(Sample.runningPod()),
                Optional.of(Sample.answered(Sample.report(Sample.counters("a", 0, 0), missing))));

        AgentSandboxStatus status = composer.compose(null, facts);

        assertThat(condition(status, ConditionType.CredentialsResolved)).isEqualTo("False/SecretMissing");
        assertThat(condition(status, ConditionType.Ready)).isEqualTo("False/SecretMissing");
        assertThat(found(status, ConditionType.CredentialsResolved).message())
                .contains("Secret anthropic has no key api-key");
    }

    @Test
    void aValueThatCannotBeUsedIsToldFromOneThatIsMissing() {
        CredentialState invalid = new CredentialState(
                "anthropic", "api-key", State.INVALID, Optional.empty(), Optional.of("it is empty"));
        Facts facts = Sample.facts(
                Optional.of(Sample.runningPod()),
                Optional.of(Sample.answered(Sample.report(Sample.counters("a", 0, 0), invalid))));

        assertThat(condition(composer.compose(null, facts), ConditionType.CredentialsResolved))
                .isEqualTo("False/SecretInvalid");
    }

    @Test
    void aConfigurationThatTheProxyCannotUseIsTold() {
        AgentSandboxStatus status = composer.compose(null, rejected(2, true));

        assertThat(condition(status, ConditionType.ProxyReady)).isEqualTo("False/ConfigRejected");
        assertThat(found(status, ConditionType.ProxyReady).message())
                .isEqualTo("The proxy cannot use its newest configuration and serves generation 2: "
                        + "route github: rules[1].when: line 1, column 3: no such field");
        assertThat(condition(status, ConditionType.CredentialsResolved)).isEqualTo("True/NoneNeeded");
        assertThat(Happenings.between(composer.compose(null, running()), status))
                .extracting(Happening::reason)
                .contains("ProxyNotReady");
    }

    @Test
    void aFirstConfigurationThatTheProxyCannotUseIsToldToo() {
        AgentSandboxStatus status = composer.compose(null, rejected(0, false));

        assertThat(condition(status, ConditionType.ProxyReady)).isEqualTo("False/ConfigRejected");
        assertThat(found(status, ConditionType.ProxyReady).message())
                .startsWith(
                        "The proxy cannot use its newest configuration and serves nothing: route github: rules[1].when:");
        assertThat(condition(status, ConditionType.CredentialsResolved)).isEqualTo("Unknown/NotObserved");
        assertThat(condition(status, ConditionType.Ready)).isEqualTo("False/ConfigRejected");
    }

    private static Facts rejected(long serving, boolean ready) {
        ProxyReport good = Sample.report(Sample.counters("a", 0, 0));
        ProxyReport report = new ProxyReport(
                good.schema(),
                good.sandboxUid(),
                good.version(),
                good.startedAt(),
                ready,
                false,
                new ConfigState(serving, Optional.of("route github: rules[1].when: line 1, column 3: no such field")),
                List.of(),
                good.counters(),
                good.audit());
        return Sample.facts(Optional.of(Sample.runningPod()), Optional.of(Sample.answered(report)));
    }

    @Test
    void oneUnansweredQuestionIsNoTroubleAndThreeAre() {
        Optional<ProxyReport> last = Optional.of(Sample.report(Sample.counters("a", 5, 1)));

        for (int count = 1; count <= 3; count++) {
            ProxyObservation failing = Sample.failing(last, Kind.UNREACHABLE, count);
            AgentSandboxStatus status =
                    composer.compose(null, Sample.facts(Optional.of(Sample.runningPod()), Optional.of(failing)));

            assertThat(condition(status, ConditionType.ProxyReady))
                    .isEqualTo(count < 3 ? "True/Serving" : "False/Unreachable");
        }
    }

    @Test
    void anAnswerThatIsNotTheProxysIsTroubleAtOnce() {
        ProxyObservation failing =
                Sample.failing(Optional.of(Sample.report(Sample.counters("a", 5, 1))), Kind.NOT_AUTHENTIC, 1);

        AgentSandboxStatus status =
                composer.compose(null, Sample.facts(Optional.of(Sample.runningPod()), Optional.of(failing)));

        assertThat(condition(status, ConditionType.ProxyReady)).isEqualTo("False/NotAuthentic");
        assertThat(condition(status, ConditionType.Ready)).isEqualTo("False/NotAuthentic");
    }

    @Test
    void aRefusedSpecLeavesTheEarlierOneReady() {
        AgentSandboxStatus status =
                composer.compose(null, Sample.with(running(), Sample.refused("spec.podTemplate.spec.hostPID")));

        assertThat(condition(status, ConditionType.Accepted)).isEqualTo("False/IsolationUndone");
        assertThat(found(status, ConditionType.Accepted).message())
                .isEqualTo("spec.podTemplate.spec.hostPID: it would be open; remove it.");
        assertThat(condition(status, ConditionType.Ready)).isEqualTo("True/EarlierSpec");
    }

    @Test
    void anAgentThatEndedIsFinishedWithItsExitCodes() {
        Facts succeeded = Sample.facts(Optional.of(Sample.pod("""
                        phase: Succeeded
                        containerStatuses:
                        - {name: agent, state: {terminated: {exitCode: 0, reason: Completed}}}
                        """)), Optional.empty());
        Facts failed = Sample.facts(Optional.of(Sample.pod("""
                        phase: Failed
                        containerStatuses:
                        - {name: agent, state: {terminated: {exitCode: 137, reason: OOMKilled}}}
                        - {name: helper, state: {terminated: {exitCode: 0, reason: Completed}}}
                        """)), Optional.empty());

        assertThat(condition(composer.compose(null, succeeded), ConditionType.Finished))
                .isEqualTo("True/Succeeded");
        assertThat(condition(composer.compose(null, failed), ConditionType.Finished))
                .isEqualTo("True/Failed");
        assertThat(found(composer.compose(null, failed), ConditionType.Finished).message())
                .isEqualTo("Agent: exit code 137 (OOMKilled), helper: exit code 0");
        assertThat(condition(composer.compose(null, failed), ConditionType.Ready))
                .isEqualTo("False/Finished");
    }

    @Test
    void aSandboxIsSuspendedOnceItsPodIsGone() {
        Facts still = Sample.with(running(), Step.SUSPEND);
        Facts gone = Sample.with(Sample.facts(Optional.empty(), Optional.empty()), Step.SUSPEND);

        assertThat(condition(composer.compose(null, still), ConditionType.Suspended))
                .isEqualTo("False/Terminating");
        assertThat(condition(composer.compose(null, gone), ConditionType.Suspended))
                .isEqualTo("True/Suspended");
        assertThat(composer.compose(null, gone).podName()).isNull();
    }

    @Test
    void whatKubeletWaitsForIsTheReason() {
        Facts facts = Sample.facts(Optional.of(Sample.pod("""
                        phase: Pending
                        initContainerStatuses:
                        - name: proxy
                          state: {waiting: {reason: ImagePullBackOff, message: no such image}}
                        """)), Optional.empty());

        assertThat(condition(composer.compose(null, facts), ConditionType.Ready))
                .isEqualTo("False/ImagePullBackOff");
    }

    @Test
    void aConditionsTimeChangesWithItsStatusOnly() {
        AgentSandboxStatus first = composer.compose(null, running());

        AgentSandboxStatus second =
                at(Duration.ofHours(1)).compose(first, Sample.with(running(), Sample.refused("spec.x")));

        assertThat(found(second, ConditionType.Accepted).lastTransitionTime()).isEqualTo("2030-01-01T13:00:00Z");
        assertThat(found(second, ConditionType.Ready).lastTransitionTime()).isEqualTo("2030-01-01T12:00:00Z");
    }

    @Test
    void nothingNewIsNoWriteUntilTheObservationIsOld() {
        AgentSandboxStatus first = composer.compose(null, running());

        AgentSandboxStatus soon = at(Duration.ofMinutes(1)).compose(first, observedAt(Duration.ofMinutes(1)));
        AgentSandboxStatus late = at(Duration.ofMinutes(6)).compose(first, observedAt(Duration.ofMinutes(6)));

        assertThat(soon).isSameAs(first);
        assertThat(requireNonNull(late.proxy()).lastObservedTime()).isEqualTo("2030-01-01T12:06:00Z");
    }

    private static Facts observedAt(Duration later) {
        ProxyObservation observation = new ProxyObservation(
                "pod-1",
                Optional.of(
                        new ProxyObservation.Answer(Sample.report(Sample.counters("a", 5, 1)), Sample.NOW.plus(later))),
                Optional.empty());
        return Sample.facts(Optional.of(Sample.runningPod()), Optional.of(observation));
    }

    @Test
    void whatAnEndedPodLeftIsCountedOnceWhateverTheRetries() {
        AgentSandboxStatus before = composer.compose(null, running());
        Facts facts = Sample.with(
                Sample.facts(
                        Optional.of(Sample.runningPod()),
                        Optional.of(Sample.answered(Sample.report(Sample.counters("b", 2, 0))))),
                Sample.counters("a", 7, 3));

        AgentSandboxStatus once = composer.compose(before, facts);
        AgentSandboxStatus twice = composer.compose(once, facts);

        assertThat(requireNonNull(once.audit()).allowed()).isEqualTo(9);
        assertThat(requireNonNull(once.audit()).denied()).isEqualTo(3);
        assertThat(twice).isSameAs(once);
    }

    @Test
    void podsThatWereNeverAskedAreCountedByWhatTheyLeft() {
        AgentSandboxStatus before = composer.compose(null, running());
        Facts facts = Sample.with(
                Sample.facts(Optional.empty(), Optional.empty()),
                Sample.counters("x", 1, 0),
                Sample.counters("y", 10, 0));

        AgentSandboxStatus once = composer.compose(before, facts);

        assertThat(requireNonNull(once.audit()).allowed()).isEqualTo(16);
        assertThat(requireNonNull(composer.compose(once, facts).audit()).allowed())
                .isEqualTo(16);
    }

    @Test
    void anOperatorThatHasJustStartedDoubtsNothing() {
        AgentSandboxStatus before = composer.compose(null, running());

        AgentSandboxStatus after =
                composer.compose(before, Sample.facts(Optional.of(Sample.runningPod()), Optional.empty()));

        assertThat(after).isSameAs(before);
    }

    @Test
    void aPodThatKubeletDoesNotCallReadyIsNotTakenOnTrust() {
        AgentSandboxStatus before = composer.compose(null, running());
        Facts starting = Sample.facts(Optional.of(Sample.pod("""
                        phase: Pending
                        conditions: [{type: Ready, status: "False"}]
                        initContainerStatuses: [{name: proxy, restartCount: 0, state: {running: {}}}]
                        """)), Optional.empty());

        assertThat(condition(composer.compose(before, starting), ConditionType.Ready))
                .isEqualTo("False/Starting");
    }

    @Test
    void countsStayWhileThereIsNoPod() {
        AgentSandboxStatus before = composer.compose(null, running());

        AgentSandboxStatus after =
                composer.compose(before, Sample.with(Sample.facts(Optional.empty(), Optional.empty()), Step.SUSPEND));

        assertThat(after.audit()).isEqualTo(before.audit());
        assertThat(after.proxy()).isNull();
    }

    private static Condition found(AgentSandboxStatus status, ConditionType type) {
        return StatusComposer.find(status, type).orElseThrow();
    }

    private static String condition(AgentSandboxStatus status, ConditionType type) {
        Condition found = found(status, type);
        ConditionStatus truth = found.status();
        return truth + "/" + found.reason();
    }
}
