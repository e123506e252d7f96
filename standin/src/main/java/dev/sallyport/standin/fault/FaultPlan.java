package dev.sallyport.standin.fault;

import dev.sallyport.standin.fault.Parameters.BadParameter;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which of the coming requests are to fail, and how. Safe for all threads. */
public final class FaultPlan {
    private static final int MOST_TIMES = 1_000_000;

    /** These act on a body that is unread; a planned fault is chosen by what the body says. */
    private static final Set<String> BEFORE_THE_BODY = Set.of("stall-read", "early-answer");

    private final List<Step> steps = new ArrayList<>();

    /**
     * A part of the plan.
     *
     * @param fault as in the path of a fault: {@code NAME,parameter=value…}
     * @param path what the request's path begins with
     * @param containing what the request's body has in it; empty is in every one
     * @param times how many such requests are still to fail
     */
    public record Step(String fault, String path, String containing, int times) {
        boolean isFor(String asked, String body) {
            return asked.startsWith(path) && body.contains(containing);
        }

        Step less() {
            return new Step(fault, path, containing, times - 1);
        }
    }

    /**
     * Adds a step behind the others; a request fails by the first that is for it.
     *
     * @throws IllegalArgumentException if it can't be done, and why
     */
    public void add(Step step) {
        try {
            var fault = Chosen.read(step.fault(), MultiMap.caseInsensitiveMultiMap())
                    .fault();
            if (BEFORE_THE_BODY.contains(fault.name())) {
                throw new IllegalArgumentException(fault.name() + " can't be planned: it acts before the body is read");
            }
        } catch (BadParameter e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (step.times() < 1 || step.times() > MOST_TIMES) {
            throw new IllegalArgumentException("times is not between 1 and " + MOST_TIMES);
        }
        if (!step.path().startsWith("/")) {
            throw new IllegalArgumentException("path does not begin with /");
        }
        synchronized (this) {
            steps.add(step);
        }
    }

    /** What is left of it. */
    public synchronized List<Step> steps() {
        return List.copyOf(steps);
    }

    /** Lets all that comes succeed. */
    public synchronized void clear() {
        steps.clear();
    }

    /** The fault by which this request is to fail; counts it. */
    synchronized Optional<String> take(String path, String body) {
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get(i);
            if (step.isFor(path, body)) {
                if (step.times() == 1) {
                    steps.remove(i);
                } else {
                    steps.set(i, step.less());
                }
                return Optional.of(step.fault());
            }
        }
        return Optional.empty();
    }
}
