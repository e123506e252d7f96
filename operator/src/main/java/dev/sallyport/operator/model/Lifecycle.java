package dev.sallyport.operator.model;

import dev.sallyport.api.v1alpha1.OperatingMode;
import dev.sallyport.api.v1alpha1.ShutdownPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the sandbox should have a pod. Read apart from the rest: a sandbox can be stopped whatever else is wrong with it.
 *
 * @param mode what the user asks for
 * @param shutdownTime when it ends by itself; empty: never, or the time could not be read
 * @param shutdownPolicy what happens then
 */
public record Lifecycle(OperatingMode mode, Optional<Instant> shutdownTime, ShutdownPolicy shutdownPolicy) {

    /** What to do now. */
    public enum Step {
        RUN,
        SUSPEND,
        /** The pod goes, the resource stays. */
        SHUT_DOWN,
        /** The resource goes with all that it owns. */
        DELETE
    }

    public Step at(Instant now) {
        if (shutdownTime.isPresent() && !now.isBefore(shutdownTime.get())) {
            return shutdownPolicy == ShutdownPolicy.Delete ? Step.DELETE : Step.SHUT_DOWN;
        }
        return mode == OperatingMode.Suspended ? Step.SUSPEND : Step.RUN;
    }

    /** Time until {@link #at} answers something else by itself; empty: it won't. */
    public Optional<Duration> nextChange(Instant now) {
        return shutdownTime.filter(now::isBefore).map(time -> Duration.between(now, time));
    }
}
