package dev.sallyport.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.api.v1alpha1.OperatingMode;
import dev.sallyport.api.v1alpha1.ShutdownPolicy;
import dev.sallyport.operator.model.Lifecycle.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LifecycleTest {

    private static final Instant END = Instant.parse("2030-01-01T00:00:00Z");

    @Test
    void aSandboxRunsUntilItsTimeHasCome() {
        Lifecycle lifecycle = new Lifecycle(OperatingMode.Running, Optional.of(END), ShutdownPolicy.Retain);

        assertThat(lifecycle.at(END.minusMillis(1))).isEqualTo(Step.RUN);
        assertThat(lifecycle.at(END)).isEqualTo(Step.SHUT_DOWN);
        assertThat(lifecycle.nextChange(END.minusSeconds(5))).hasValue(Duration.ofSeconds(5));
        assertThat(lifecycle.nextChange(END)).isEmpty();
    }

    @Test
    void theTimeComesForASuspendedSandboxToo() {
        Lifecycle lifecycle = new Lifecycle(OperatingMode.Suspended, Optional.of(END), ShutdownPolicy.Delete);

        assertThat(lifecycle.at(END.minusMillis(1))).isEqualTo(Step.SUSPEND);
        assertThat(lifecycle.at(END)).isEqualTo(Step.DELETE);
    }
}
