package dev.sallyport.sidecar.policy.when;

import java.util.Collection;
import java.util.Map;

/**
 * Counts what one evaluation costs: one for each step, more for a step whose result is large, since whatever is done with
 * it next takes that much longer. Some 50 to 100 ns each on a busy core.
 */
final class CostMeter {

    private static final long LIMIT = 2_000_000;

    /** Of a value that was only looked up: what comparing it costs, in characters or elements. */
    private static final int READ = 256;

    /** Of a value that was made: what it costs in memory too. */
    private static final int MADE = 4;

    private long spent;

    void step(Object result, boolean isMade) {
        charge(
                switch (result) {
                    case Weighted container -> 1 + container.weight() / 4;
                    case String text -> 1 + text.length() / (isMade ? MADE : READ);
                    case Collection<?> list -> 1 + list.size() / MADE;
                    case Map<?, ?> map -> 1 + map.size() / MADE;
                    default -> 1;
                });
    }

    /** A search for a part in a text, which at its worst compares the part at every place. */
    void search(String text, String part) {
        charge(text.length() / READ + (long) text.length() * part.length() / (64 * READ));
    }

    /** A match of a text by an expression, which at its worst is in every state at every place. */
    void match(String text, int programSize) {
        charge((long) text.length() * programSize / 16);
    }

    private void charge(long cost) {
        spent += cost;
        if (spent > LIMIT) {
            throw new TooCostly();
        }
    }

    long spent() {
        return spent;
    }

    /** An error and no exception, since CEL makes {@code true || exception} true and would go on. */
    static final class TooCostly extends Error {

        private static final long serialVersionUID = 1L;

        private TooCostly() {
            super("the evaluation takes too long", null, false, false);
        }
    }
}
