package dev.sallyport.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.Tally;
import dev.sallyport.contract.status.FinalReport;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PodStateTest {

    @Test
    void theLastWordsOfAProxyAreItsCounters() {
        Pod pod = ended(PodStateTest.report("uid-1"));

        assertThat(new PodState(pod).finalCounters("uid-1"))
                .extracting(Counters::epoch)
                .containsExactly("epoch");
    }

    @Test
    void theReportOfAnotherSandboxIsNotBelieved() {
        assertThat(new PodState(ended(report("uid-2"))).finalCounters("uid-1")).isEmpty();
    }

    @Test
    void aMessageThatIsNoReportIsIgnored() {
        assertThat(new PodState(ended("panic: out of memory")).finalCounters("uid-1"))
                .isEmpty();
        assertThat(new PodState(ended("")).finalCounters("uid-1")).isEmpty();
        assertThat(new PodState(new PodBuilder().build()).finalCounters("uid-1"))
                .isEmpty();
    }

    @Test
    void anEvictedPodIsLostUnlessItWasToEndByItself() {
        assertThat(new PodState(failed("Always")).isLost()).isTrue();
        assertThat(new PodState(failed("Never")).isLost()).isFalse();
    }

    private static String report(String sandboxUid) {
        return new String(
                StrictJson.write(new FinalReport(
                        FinalReport.SCHEMA,
                        sandboxUid,
                        new Counters("epoch", new Tally(1, 2, 3, 1), Optional.empty(), List.of()),
                        AuditHead.NONE)),
                StandardCharsets.UTF_8);
    }

    private static Pod ended(String message) {
        return new PodBuilder()
                .withNewMetadata()
                .endMetadata()
                .withNewStatus()
                .addNewInitContainerStatus()
                .withName("proxy")
                .withNewState()
                .withNewTerminated()
                .withMessage(message)
                .endTerminated()
                .endState()
                .endInitContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod failed(String restartPolicy) {
        return new PodBuilder()
                .withNewSpec()
                .withRestartPolicy(restartPolicy)
                .endSpec()
                .withNewStatus()
                .withPhase("Failed")
                .withReason("Evicted")
                .endStatus()
                .build();
    }
}
