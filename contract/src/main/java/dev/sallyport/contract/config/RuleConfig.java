package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Requests that a route lets through: those with one of the methods and one of the paths, for which the condition holds.
 *
 * @param methods at most 32, in upper case (methods are case-sensitive: RFC 9110, section 9.1); empty: every method
 * @param paths at most 128; empty: every path
 * @param when an expression in CEL over {@code request}, 1 to 4096 characters; absent: it always holds. The proxy
 *     compiles it when it reads the configuration
 */
public record RuleConfig(List<String> methods, List<PathPattern> paths, Optional<String> when) {

    private static final Pattern VISIBLE = Pattern.compile("[!-~]");
    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,31}");

    public RuleConfig {
        methods = List.copyOf(Require.orElse(methods, List.of()));
        paths = List.copyOf(Require.orElse(paths, List.of()));
        when = Require.orElse(when, Optional.empty());
        Require.that(methods.size() <= 32, "methods: more than 32");
        Require.that(paths.size() <= 128, "paths: more than 128");
        Require.that(
                when.isEmpty()
                        || (VISIBLE.matcher(when.get()).find()
                                && when.get().codePointCount(0, when.get().length()) <= 4096),
                "when: not 1 to 4096 characters");
        for (String method : methods) {
            Require.that(METHOD.matcher(method).matches(), "methods: not a method in upper case");
            Require.that(!method.equals("TRACE") && !method.equals("CONNECT"), "methods: TRACE and CONNECT never pass");
        }
    }
}
