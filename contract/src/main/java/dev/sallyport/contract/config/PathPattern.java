package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.sallyport.contract.json.Require;
import java.util.regex.Pattern;

/**
 * Paths as a rule spells them: {@code *} stands for one segment or a part of one, a final {@code /**} for all that is
 * below, the path itself included. All else is literal, in the normal form of RFC 3986 (unreserved characters decoded,
 * hexadecimal digits in upper case).
 *
 * @param text the pattern, beginning with {@code /}, at most 1024 characters
 */
public record PathPattern(@JsonValue String text) {

    private static final Pattern ALLOWED = Pattern.compile("/([-._~A-Za-z0-9!$&'()+,;=:@*/]|%[0-9A-F]{2})*");

    private static final Pattern ENCODED_UNRESERVED =
            Pattern.compile("%(2D|2E|3[0-9]|4[1-9A-F]|5[0-9A]|5F|6[1-9A-F]|7[0-9A]|7E)");

    private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/.*)?", Pattern.DOTALL);

    /**
     * Checks a pattern.
     *
     * @throws IllegalArgumentException if it is none; the message tells what is wrong with it
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public PathPattern {
        Require.that(text.startsWith("/"), "a path begins with /");
        Require.that(text.length() <= 1024, "a path has at most 1024 characters");
        Require.that(
                ALLOWED.matcher(text).matches(),
                "a path is spelt in RFC 3986 characters, others percent-encoded in upper-case hexadecimal");
        Require.that(
                !ENCODED_UNRESERVED.matcher(text).find(),
                "letters, digits, -, ., _ and ~ are spelt plainly, not encoded");
        Require.that(!text.contains("//"), "a path has no empty segment");
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
            Require.that(!DOT_SEGMENT.matcher(text.substring(slash)).matches(), "a path has no dot segment");
        }
        int deep = text.indexOf("**");
        Require.that(
                deep < 0 || (deep == text.length() - 2 && text.charAt(deep - 1) == '/'),
                "** stands only at the end, as a segment of its own: /v1/models/**");
    }

    @Override
    public String toString() {
        return text;
    }
}
