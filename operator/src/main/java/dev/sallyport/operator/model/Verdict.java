package dev.sallyport.operator.model;

import java.util.List;

/** What became of reading a resource: all of it was understood, or these are all its problems. */
public sealed interface Verdict {

    /** Nothing is wrong with it. */
    record Accepted(Sandbox sandbox) implements Verdict {}

    /** At least one thing is wrong with it; nothing of it is acted on, but that it should stop. */
    record Refused(List<Problem> problems) implements Verdict {
        public Refused {
            problems = List.copyOf(problems);
            if (problems.isEmpty()) {
                throw new IllegalArgumentException("problems: none");
            }
        }
    }
}
