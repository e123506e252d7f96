package dev.sallyport.sidecar.credential;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/** A query or a form: pairs of a name and a value. What isn't changed stays byte for byte. */
final class FormValues {

    private FormValues() {}

    /**
     * Keeps those places that lie in values: after a pair's first equals sign, or anywhere in a pair that has none.
     *
     * @param from where the first pair begins
     */
    static Replacements keep(Replacements all, byte[] text, int from) {
        Replacements.Regions regions = all.regions();
        int pair = from;
        while (pair <= text.length && !regions.areDone()) {
            int end = pair;
            int value = pair;
            while (end < text.length && text[end] != '&') {
                if (text[end] == '=' && value == pair) {
                    value = end + 1;
                }
                end++;
            }
            regions.keep(value, end);
            pair = end + 1;
        }
        return regions.kept();
    }

    /**
     * A query without some of its parameters.
     *
     * @param query with its question mark; empty: there is none
     * @param dropped is given each parameter's name, decoded, and the parameter as it is spelled
     * @return likewise
     */
    static String without(String query, BiPredicate<String, String> dropped) {
        if (query.isEmpty()) {
            return query;
        }
        String[] pairs = query.substring(1).split("&", -1);
        List<String> rest = new ArrayList<>();
        for (String pair : pairs) {
            if (!dropped.test(decoded(pair.split("=", 2)[0]), pair)) {
                rest.add(pair);
            }
        }
        if (rest.size() == pairs.length) {
            return query;
        }
        return rest.isEmpty() ? "" : "?" + String.join("&", rest);
    }

    /**
     * A query with one more parameter.
     *
     * @param encodedValue percent-encoded
     */
    static String with(String query, String name, String encodedValue) {
        String before = query.length() > 1 ? query + "&" : "?";
        return before + name + "=" + encodedValue;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
