package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sallyport.contract.json.Require;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A host as a route spells it: an exact name or address, or {@code *.} and a name for exactly one more label on its
 * left; then, optionally, {@code :port}. Names are compared in lower case without a trailing dot; other scripts are
 * written as A-labels (RFC 5891).
 *
 * @param host the name in lower case, without {@code *.}; or an IPv4 literal, or an IPv6 literal in its brackets
 * @param wildcard whether one more label must stand before the name
 * @param port 1 to 65535; empty: the scheme's own
 */
public record HostPattern(String host, boolean wildcard, OptionalInt port) {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?");
    private static final Pattern NUMERIC = Pattern.compile("([0-9]+|0x[0-9a-f]*)");

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is none; the message tells what is wrong with it
     */
    @JsonCreator
    public static HostPattern parse(String text) {
        // Beyond ASCII there are letters whose lower case is an ASCII letter.
        Require.that(text.chars().allMatch(c -> c < 128), "a host is spelt in ASCII: other scripts as A-labels");
        String rest = text.toLowerCase(Locale.ROOT);
        OptionalInt port = OptionalInt.empty();
        int colon = rest.lastIndexOf(':');
        if (colon >= 0 && !rest.endsWith("]")) {
            String digits = rest.substring(colon + 1);
            Require.that(digits.matches("[1-9][0-9]{0,4}"), "the port is not a number from 1 to 65535");
            port = OptionalInt.of(Require.range(Integer.parseInt(digits), 1, 65_535, "the port"));
            rest = rest.substring(0, colon);
        }
        if (IpLiteral.parse(rest).isPresent()) {
            return new HostPattern(rest, false, port);
        }
        boolean wildcard = rest.startsWith("*.");
        String name = wildcard ? rest.substring(2) : rest;
        Require.that(name.indexOf('*') < 0, "a wildcard is the whole left-most label: *.example.com");
        Require.that(!name.isEmpty() && name.length() <= 253, "a host name has 1 to 253 characters");
        Require.that(name.indexOf(':') < 0, "an IPv6 address stands in brackets");
        String[] labels = name.split("\\.", -1);
        for (String label : labels) {
            Require.that(
                    LABEL.matcher(label).matches(),
                    "not a host name: labels of letters, digits and inner hyphens, in A-label form, no trailing dot");
        }
        Require.that(
                !NUMERIC.matcher(labels[labels.length - 1]).matches(),
                "a name that ends in a number would be read as an address");
        Require.that(!wildcard || labels.length >= 2, "a wildcard needs at least two labels after it");
        return new HostPattern(name, wildcard, port);
    }

    /** Whether this names exactly one host. */
    public boolean isLiteral() {
        return !wildcard;
    }

    /** As a route spells it. */
    @JsonValue
    @Override
    public String toString() {
        return (wildcard ? "*." : "") + host + (port.isPresent() ? ":" + port.getAsInt() : "");
    }
}
