package dev.sallyport.e2e;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an attempt came to, as the attack program measured it.
 *
 * @param result an error's name, or a word of the attempt's own
 * @param millis from the decisive call to its end
 * @param detail anything that was seen, for whoever reads a failure
 */
record Outcome(String result, double millis, String detail) {

    /** Reads the attack program's output: a line for each attempt, by {@link Attempt#key}. */
    static Map<String, Outcome> parse(String output) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        output.lines()
                .map(line -> line.split("\t", 4))
                .filter(fields -> fields.length == 4)
                .forEach(fields -> {
                    Outcome outcome = new Outcome(fields[1].strip(), Double.parseDouble(fields[2]), fields[3]);
                    if (outcomes.put(fields[0], outcome) != null) {
                        throw new IllegalArgumentException("two attempts of the name " + fields[0]);
                    }
                });
        return outcomes;
    }
}
