package dev.sallyport.operator.dependent;

import dev.sallyport.operator.model.Happening;
import dev.sallyport.operator.model.Obstacle;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;

/**
 * What came of it.
 *
 * @param pod the sandbox's pod, as it is now; empty: there is none
 * @param obstacle what stood in the way; empty: nothing
 * @param happenings what was done
 */
public record Outcome(Optional<Pod> pod, Optional<Obstacle> obstacle, List<Happening> happenings) {

    static Outcome of(Pod pod) {
        return new Outcome(Optional.of(pod), Optional.empty(), List.of());
    }

    static Outcome none() {
        return new Outcome(Optional.empty(), Optional.empty(), List.of());
    }

    Outcome and(Happening happening) {
        return new Outcome(pod, obstacle, List.of(happening));
    }

    Outcome but(Obstacle reason) {
        return new Outcome(pod, Optional.of(reason), happenings);
    }
}
