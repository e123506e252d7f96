package dev.sallyport.operator.dependent;

import dev.sallyport.operator.model.Happening;
import dev.sallyport.operator.model.Obstacle;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What came of it.
 *
 * @param pod the agent's pod, as it is now; empty: there is none
 * @param proxy the pod that the proxy is in, which may be the agent's; empty: there is none
 * @param obstacle what stood in the way; empty: nothing
 * @param happenings what was done
 */
public record Outcome(Optional<Pod> pod, Optional<Pod> proxy, Optional<Obstacle> obstacle, List<Happening> happenings) {

    /** Of one pod that holds both. */
    static Outcome of(Pod pod) {
        return new Outcome(Optional.of(pod), Optional.of(pod), Optional.empty(), List.of());
    }

    static Outcome none() {
        return new Outcome(Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    Outcome and(Happening happening) {
        return new Outcome(pod, proxy, obstacle, List.of(happening));
    }

    Outcome but(Obstacle reason) {
        return new Outcome(pod, proxy, Optional.of(reason), happenings);
    }

    /** Of two pods, of which this is the agent's outcome. */
    Outcome beside(Outcome proxys) {
        List<Happening> all = new ArrayList<>(proxys.happenings());
        all.addAll(happenings);
        return new Outcome(pod, proxys.pod(), proxys.obstacle().or(() -> obstacle), List.copyOf(all));
    }
}
