package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.PathPattern;
import java.util.List;

/** A path pattern, taken apart once. Matching takes time in proportion to pattern and path, and never backtracks further. */
final class PathMatcher {

    private final List<String> segments;
    private final boolean deep;
    private final int specificity;

    PathMatcher(PathPattern pattern) {
        String text = pattern.text();
        deep = text.endsWith("/**");
        String rest = deep ? text.substring(0, text.length() - 3) : text;
        segments = rest.isEmpty() ? List.of() : List.of(rest.substring(1).split("/", -1));
        specificity = 1 + 2 * (int) text.chars().filter(c -> c != '*').count() + (text.indexOf('*') < 0 ? 1 : 0);
    }

    /** From 1; greater the more characters the pattern spells, and greatest among those where it has no wildcard. */
    int specificity() {
        return specificity;
    }

    /** Whether the pattern stands for the path. A wildcard never stands for an encoded slash or percent sign. */
    boolean matches(RequestPath path) {
        List<String> given = path.segments();
        if (deep ? given.size() < segments.size() : given.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            if (!matches(segments.get(i), given.get(i))) {
                return false;
            }
        }
        return !path.spellsDelimiter()
                || given.subList(segments.size(), given.size()).stream().allMatch(rest -> delimiters(rest) == 0);
    }

    private static boolean matches(String pattern, String text) {
        if (pattern.indexOf('*') < 0) {
            return pattern.equals(text);
        }
        // Each delimiter that the literal parts spell is met once; any further one would be a wildcard's.
        return delimiters(pattern) == delimiters(text) && glob(pattern, text);
    }

    /** Greedy matching that takes back only the last wildcard. */
    private static boolean glob(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int taken = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                taken = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++taken;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static int delimiters(String text) {
        int found = 0;
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 3)) {
            if (text.startsWith("%2F", i) || text.startsWith("%25", i)) {
                found++;
            }
        }
        return found;
    }
}
