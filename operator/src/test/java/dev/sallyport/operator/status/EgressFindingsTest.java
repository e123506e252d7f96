package dev.sallyport.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.ConditionStatus;
import dev.sallyport.operator.model.PodState;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EgressFindingsTest {

    @Test
    void aProofSaysHowManyWaysWereTriedAsWhom() {
        Finding finding = of(Sample.runningPod());

        assertThat(finding.status()).isEqualTo(ConditionStatus.True);
        assertThat(finding.reason()).isEqualTo("Proved");
        assertThat(finding.message()).contains("42 ways out", "1000:1000, 2000:2000", "84 attempts");
    }

    /** Another try may take as long as the first. */
    @ParameterizedTest
    @ValueSource(strings = {"{waiting: {reason: CrashLoopBackOff}}", "{running: {}}"})
    void aWayOutIsNamedUntilAnotherTryHasShownItShut(String state) {
        Finding finding = of(Sample.guardedPod("lastState: {terminated: {exitCode: 1, message: '"
                + Sample.finding("Open", "")
                        .replace("\"open\":[]", "\"open\":[\"udp dns 8.8.8.8:53: Open (answered)\"]")
                + "'}}\n"
                + "  state: " + state));

        assertThat(finding).isEqualTo(Finding.no("WayOpen", finding.message()));
        assertThat(finding.message()).contains("No agent was started", "udp dns 8.8.8.8:53: Open (answered)");
    }

    @Test
    void aGuardThatFailedSaysWhy() {
        String message = Sample.finding("Failed", "\"reason\":\"the pod is on the network of its host\",");

        Finding finding = of(Sample.guardedPod("state: {terminated: {exitCode: 2, message: '" + message + "'}}"));

        assertThat(finding).isEqualTo(Finding.no("GuardFailed", finding.message()));
        assertThat(finding.message()).contains("the pod is on the network of its host");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "state: {terminated: {exitCode: 137}}",
                "state: {terminated: {exitCode: 0, message: 'killed'}}",
                "state: {terminated: {exitCode: 0, message: '{\"outcome\":\"Enforced\"}'}}",
            })
    void anythingElseProvesNothing(String guard) {
        assertThat(of(Sample.guardedPod(guard))).extracting(Finding::reason).isEqualTo("GuardFailed");
    }

    @Test
    void aProofThatItsExitCodeBeliesIsNone() {
        String message = Sample.finding("Enforced", "");

        assertThat(of(Sample.guardedPod("state: {terminated: {exitCode: 1, message: '" + message + "'}}")))
                .extracting(Finding::reason)
                .isEqualTo("GuardFailed");
    }

    @Test
    void aSandboxThatIsMadeAnewHasProvedNothingYet() {
        Finding finding = of(Sample.guardedPod("lastState: {terminated: {exitCode: 0, message: '"
                + Sample.finding("Enforced", "") + "'}}\n  state: {running: {}}"));

        assertThat(finding).isEqualTo(Finding.unknown("NotProvedYet", finding.message()));
    }

    @Test
    void withoutPodOrGuardNothingIsProved() {
        Pod unguarded = new PodBuilder(Sample.runningPod())
                .editSpec()
                .withInitContainers()
                .endSpec()
                .build();

        assertThat(EgressFindings.of(Optional.empty()).status()).isEqualTo(ConditionStatus.Unknown);
        assertThat(of(unguarded)).extracting(Finding::reason).isEqualTo("NoGuard");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: d}                                                                              | which user",
                "{name: d, securityContext: {runAsUser: 0, allowPrivilegeEscalation: false}}            | root",
                "{name: d, securityContext: {runAsUser: 65533, allowPrivilegeEscalation: false}}        | may go out",
                "{name: d, securityContext: {runAsUser: 65534, allowPrivilegeEscalation: false}}        | may go out",
                "{name: d, securityContext: {runAsUser: 7}}                                             | set-user-ID",
                "{name: d, securityContext: {runAsUser: 7, privileged: true}}                           | capabilities",
                "{name: d, securityContext: {runAsUser: 7, capabilities: {add: [NET_RAW]}}}             | capabilities",
                "{name: d, securityContext: {runAsUser: 7, allowPrivilegeEscalation: false,"
                        + " seccompProfile: {type: Unconfined}}} | seccomp",
                "{name: d, volumeMounts: [{name: sallyport-credentials, mountPath: /x}]}                | volume",
                "{name: d, targetContainerName: proxy}                                                  | process",
            })
    void anEphemeralContainerThatMayGetAroundTheFenceUndoesTheProof(String container, String why) {
        Finding finding = of(with(container));

        assertThat(finding).isEqualTo(Finding.no("EphemeralContainer", finding.message()));
        assertThat(finding.message()).contains("container d", why);
    }

    @Test
    void oneThatIsBoundLikeTheAgentDoesNot() {
        assertThat(of(with("{name: d, securityContext: {runAsUser: 7, allowPrivilegeEscalation: false}}")))
                .extracting(Finding::reason)
                .isEqualTo("Proved");
    }

    private static Pod with(String container) {
        return new PodBuilder(Sample.runningPod())
                .editSpec()
                .withEphemeralContainers(Serialization.unmarshal("---\n" + container, EphemeralContainer.class))
                .endSpec()
                .build();
    }

    private static Finding of(Pod pod) {
        return EgressFindings.of(Optional.of(new PodState(pod)));
    }
}
