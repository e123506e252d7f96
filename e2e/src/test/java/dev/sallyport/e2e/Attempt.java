package dev.sallyport.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing that a hostile agent tries.
 *
 * @param section what it is a way of
 * @param name unique in its section
 * @param command what the attack program is told; words such as {@code $POD} are filled in by {@link #line}
 * @param refusals what it may come to in the agent container: names of errors, or words of the attack program's
 * @param outside what it comes to in a pod without a fence; empty: it cannot be tried there
 */
record Attempt(String section, String name, String command, List<String> refusals, Optional<String> outside) {

    private static final Pattern WORD = Pattern.compile("\\$([A-Z]+)\\b");

    /** All attempts of {@code attack/attempts.txt}, in its order. */
    static List<Attempt> all() {
        List<Attempt> attempts = new ArrayList<>();
        String section = "";
        for (String line : text().lines().toList()) {
            if (line.startsWith("[")) {
                section = line.substring(1, line.indexOf(']'));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                attempts.add(of(section, line));
            }
        }
        return List.copyOf(attempts);
    }

    private static Attempt of(String section, String line) {
        String[] fields = line.split("(?<!\\\\)\\|", -1);
        if (fields.length != 4) {
            throw new IllegalArgumentException("not four fields: " + line);
        }
        String outside = fields[3].strip();
        return new Attempt(
                section,
                fields[0].strip(),
                fields[1].strip().replaceAll("\\\\(.)", "$1"),
                Arrays.asList(fields[2].strip().split("/", -1)),
                outside.equals("-") ? Optional.empty() : Optional.of(outside));
    }

    /** What names it in the attack program's output. */
    String key() {
        return section + ": " + name;
    }

    /** The attack program's input: a name, a tab and the command. Words that are not among the values are the shell's. */
    String line(Map<String, String> values) {
        String filled = WORD.matcher(command)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), found.group())));
        return key() + "\t" + filled + "\n";
    }

    /** Whether it is one call into the kernel, whose time says something: a shell's start and a search of files take theirs. */
    boolean isOneCall() {
        return !command.startsWith("sh ") && !command.startsWith("others ");
    }

    private static String text() {
        try (InputStream in = Attempt.class.getResourceAsStream("/attack/attempts.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
