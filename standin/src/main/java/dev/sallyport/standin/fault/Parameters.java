package dev.sallyport.standin.fault;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The parameters of a fault, out of the query or by default. */
final class Parameters {
    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads a query.
     *
     * @throws BadParameter if it has one that the fault does not know, or one twice
     */
    static Parameters of(Fault fault, MultiMap query) {
        var values = new HashMap<>(fault.parameters());
        for (var name : query.names()) {
            if (!values.containsKey(name)) {
                throw new BadParameter(name + " is not a parameter of " + fault.name());
            }
            var given = query.getAll(name);
            if (given.size() > 1) {
                throw new BadParameter(name + " is given twice");
            }
            values.put(name, given.getFirst());
        }
        return new Parameters(values);
    }

    String text(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the fault does not declare " + name);
        }
        return value;
    }

    /** A number in this range. */
    long number(String name, long least, long most) {
        try {
            long value = Long.parseLong(text(name));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BadParameter(name + " is no number", e);
        }
        throw new BadParameter(name + " is not between " + least + " and " + most);
    }

    int integer(String name, int least, int most) {
        return (int) number(name, least, most);
    }

    /** Milliseconds, at most an hour. */
    Duration millis(String name) {
        return Duration.ofMillis(number(name, 0, Duration.ofHours(1).toMillis()));
    }

    /** One of these words. */
    String oneOf(String name, List<String> words) {
        var value = text(name);
        if (!words.contains(value)) {
            throw new BadParameter(name + " is none of " + words);
        }
        return value;
    }

    /** A query that a fault can't take; the message goes into a 400. */
    static class BadParameter extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadParameter(String message) {
            super(message);
        }

        BadParameter(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
