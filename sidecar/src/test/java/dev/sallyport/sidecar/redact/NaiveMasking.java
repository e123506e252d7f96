package dev.sallyport.sidecar.redact;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same in another way, slow and plain: regular expressions, tried at every place. The base64 forms are not computed
 * from bits but cut out of what the JDK encodes, with every neighbour that can be.
 */
final class NaiveMasking {

    private final List<Pattern> patterns = new ArrayList<>();

    NaiveMasking(List<String> secrets) {
        for (String secret : secrets) {
            patterns.add(Pattern.compile(plain(secret), Pattern.DOTALL));
            for (String encoded : base64(secret.getBytes(StandardCharsets.UTF_8))) {
                patterns.add(Pattern.compile(base64Pattern(encoded)));
            }
        }
    }

    /** The bytes that are part of a secret; the text is given as bytes in ISO 8859-1. */
    BitSet masked(String text) {
        BitSet masked = new BitSet(text.length());
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(text);
            for (int start = 0; start < text.length(); start++) {
                if (matcher.region(start, text.length()).lookingAt()) {
                    masked.set(start, matcher.end());
                }
            }
        }
        return masked;
    }

    /** The first place from which on the text is the beginning of a secret, and would be one with more behind it. */
    @SuppressWarnings("JdkObsolete") // a streaming matcher is what this is about
    int firstOpen(String text) {
        for (int start = 0; start < text.length(); start++) {
            for (Pattern pattern : patterns) {
                Matcher matcher = pattern.matcher(text).region(start, text.length());
                if (!matcher.lookingAt() && matcher.hitEnd()) {
                    return start;
                }
            }
        }
        return text.length();
    }

    private static String plain(String secret) {
        StringBuilder pattern = new StringBuilder();
        secret.codePoints().forEach(codePoint -> {
            StringBuilder percent = new StringBuilder();
            StringBuilder raw = new StringBuilder();
            for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
                percent.append('%').append(anyCase(String.format("%02x", b)));
                raw.append(String.format("\\x%02x", b));
            }
            StringBuilder json = new StringBuilder();
            for (char unit : Character.toChars(codePoint)) {
                json.append("\\\\u").append(anyCase(String.format("%04x", (int) unit)));
            }
            String escaped = codePoint == '"' || codePoint == '/' || codePoint == '\\' ? "|\\\\" + raw : "";
            String space = codePoint == ' ' ? "|\\+" : "";
            pattern.append("(?:" + percent + "|" + json + escaped + "|" + raw + space + ")");
        });
        return pattern.toString();
    }

    private static Set<String> base64(byte[] secret) {
        Set<String> forms = new LinkedHashSet<>();
        for (int before = 0; before < 3; before++) {
            for (int neighbour = 0; neighbour < (before == 0 ? 1 : 256); neighbour++) {
                for (int after = -1; after < 256; after++) {
                    byte[] whole = new byte[before + secret.length + (after < 0 ? 0 : 1)];
                    System.arraycopy(secret, 0, whole, before, secret.length);
                    if (before > 0) {
                        whole[before - 1] = (byte) neighbour;
                    }
                    if (after >= 0) {
                        whole[whole.length - 1] = (byte) after;
                    }
                    String encoded = Base64.getEncoder().withoutPadding().encodeToString(whole);
                    int first = before * 8 / 6;
                    int last = (before + secret.length) * 8;
                    forms.add(encoded.substring(first, last / 6 + (last % 6 == 0 ? 0 : 1)));
                }
            }
        }
        return forms;
    }

    private static String base64Pattern(String encoded) {
        return encoded.replace("+", "(?:[-#]|%2[bB]|\\\\u002[bB])")
                .replace("/", "(?:[@_]|%2[fF]|\\\\@|\\\\u002[fF])")
                .replace('#', '+')
                .replace('@', '/');
    }

    private static String anyCase(String hex) {
        StringBuilder pattern = new StringBuilder();
        hex.chars()
                .forEach(digit -> pattern.append('[')
                        .append((char) digit)
                        .append((char) Character.toUpperCase(digit))
                        .append(']'));
        return pattern.toString();
    }
}
