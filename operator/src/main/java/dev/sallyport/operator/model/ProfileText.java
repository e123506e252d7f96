package dev.sallyport.operator.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sallyport.contract.json.Require;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text of a profile. <code>${NAME}</code> in it stands for what is known only of a container, a name of {@link #NAMES} or
 * {@code baseUrl.} and a variable's.
 *
 * @param template as written, at most 16384 characters; holds neither {@code $(} nor {@code $$}, of which Kubernetes would make
 *     something else, nor control characters but line ends and tabs
 */
public record ProfileText(@JsonValue String template) {

    /** What stands before the name of the variable whose URL is meant. */
    static final String BASE_URL = "baseUrl.";

    /** What can be referred to in every profile. */
    public static final List<String> NAMES = List.of(
            "home",
            "proxy.url",
            "proxy.bypass",
            "proxy.trustedHost",
            "proxy.java",
            "trust.bundle",
            "trust.authority",
            "trust.store");

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern OF_BASE_URL = Pattern.compile("baseUrl\\.[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\n\\t]]");
    private static final int MOST_CHARACTERS = 16 * 1024;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ProfileText {
        Require.that(template.length() <= MOST_CHARACTERS, "a text of more than 16384 characters");
        Require.that(
                !template.contains("$(") && !template.contains("$$"),
                "$( and $$ mean something to Kubernetes in a variable's value");
        Require.that(!CONTROL.matcher(template).find(), "a control character");
        Matcher matcher = REFERENCE.matcher(template);
        while (matcher.find()) {
            String name = matcher.group(1);
            Require.that(
                    NAMES.contains(name) || OF_BASE_URL.matcher(name).matches(),
                    "a reference to none of " + String.join(", ", NAMES) + " and baseUrl.VARIABLE");
        }
        Require.that(!matcher.replaceAll("").contains("${"), "a reference without an end");
    }

    /**
     * The text with what the names stand for.
     *
     * @param meaning of a name; empty: it has none here
     * @return empty: a name in it has no meaning
     */
    public Optional<String> fill(Function<String, Optional<String>> meaning) {
        List<String> names = REFERENCE
                .matcher(template)
                .results()
                .map(found -> found.group(1))
                .toList();
        if (names.stream().anyMatch(name -> meaning.apply(name).isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(REFERENCE.matcher(template).replaceAll(found -> filled(found, meaning)));
    }

    /** Whether it refers to a name. */
    boolean refersTo(String name) {
        return template.contains("${" + name + "}");
    }

    private static String filled(MatchResult found, Function<String, Optional<String>> meaning) {
        return Matcher.quoteReplacement(meaning.apply(found.group(1)).orElseThrow());
    }
}
