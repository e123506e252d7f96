package dev.sallyport.sidecar.route;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How servers behind the proxy read a path: each of them as simple as the servers it stands for, and written apart from what
 * it is compared with.
 */
final class Readers {

    /** What may be done to a path before it is split and its dot segments are removed. */
    private static final List<UnaryOperator<String>> PREPARATIONS = List.of(
            path -> path,
            Readers::decoded,
            path -> decoded(decoded(path)),
            path -> decoded(decoded(decoded(path))),
            path -> path.replace('\\', '/'),
            path -> decoded(path).replace('\\', '/'),
            path -> decoded(decoded(path)).replace('\\', '/'),
            Readers::withoutParameters,
            path -> decoded(withoutParameters(path)),
            path -> withoutParameters(decoded(path)),
            path -> withoutParameters(decoded(decoded(path))),
            path -> path.replaceAll("(?i)%2e", "."),
            path -> folded(decoded(path)),
            path -> folded(decoded(decoded(path))),
            path -> withoutParameters(folded(decoded(path))),
            path -> decoded(path).replace('+', ' '),
            Readers::decodedWithUtf16,
            path -> decodedWithUtf16(decoded(path)),
            path -> inLatin1(decoded(path)));

    private Readers() {}

    /**
     * Whether some server finds something to remove in it: a segment that is the directory itself or the one above, trimmed
     * or not.
     */
    static boolean someoneWalks(String path) {
        return PREPARATIONS.stream()
                .map(prepare -> prepare.apply(path))
                .anyMatch(read -> !walked(read, segment -> segment).equals(split(read))
                        || !walked(read, String::strip).equals(split(read)));
    }

    /** The segments as they are when each escape is decoded once. */
    static List<String> decodedSegments(String path) {
        return split(path).stream().map(Readers::decoded).toList();
    }

    /** RFC 3986, section 5.2.4, over segments. */
    private static List<String> walked(String path, Function<String, String> name) {
        Deque<String> kept = new ArrayDeque<>();
        for (String segment : split(path)) {
            switch (name.apply(segment)) {
                case "." -> {}
                case ".." -> kept.pollLast();
                default -> kept.addLast(segment);
            }
        }
        return new ArrayList<>(kept);
    }

    static List<String> split(String path) {
        return Arrays.asList(path.substring(Math.min(1, path.length())).split("/", -1));
    }

    private static String withoutParameters(String path) {
        return path.replaceAll(";[^/]*", "");
    }

    private static String folded(String path) {
        return Normalizer.normalize(path, Normalizer.Form.NFKC);
    }

    /** Each well-formed escape once, the rest as it is; what is not UTF-8 becomes U+FFFD, as in many servers. */
    static String decoded(String path) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '%' && path.substring(i).matches("(?s)%[0-9a-fA-F]{2}.*")) {
                bytes.write(Integer.parseInt(path.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                int c = path.codePointAt(i);
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(c) - 1;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String inLatin1(String path) {
        StringBuilder cut = new StringBuilder();
        path.chars().forEach(c -> cut.append((char) (c & 0xff)));
        return cut.toString();
    }

    private static String decodedWithUtf16(String path) {
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            String rest = path.substring(i).toLowerCase(Locale.ROOT);
            if (rest.matches("(?s)%u[0-9a-f]{4}.*")) {
                read.append((char) Integer.parseInt(rest.substring(2, 6), 16));
                i += 5;
            } else {
                read.append(path.charAt(i));
            }
        }
        return decoded(read.toString());
    }
}
