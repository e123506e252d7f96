package dev.sallyport.sidecar.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.PathPattern;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/** Whatever path is accepted, everyone behind the proxy reads what the rules were asked about. */
class RequestPathPropertyTest {

    @Property(tries = 5_000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void nobody_finds_a_dot_segment_in_an_accepted_path(@ForAll("paths") String path) {
        Optional<RequestPath> accepted = parse(path);
        Statistics.collect(accepted.isPresent());
        Statistics.coverage(paths -> paths.check(true).percentage(share -> share > 10));

        accepted.ifPresent(read -> {
            assertThat(Readers.someoneWalks(read.original())).isFalse();
            assertThat(Readers.someoneWalks(read.normal())).isFalse();
        });
    }

    @Property
    void the_normal_form_is_its_own(@ForAll("paths") String path) {
        RequestPath read = accepted(path);

        RequestPath again = accepted(read.normal());

        assertThat(again.normal()).isEqualTo(read.normal());
        assertThat(again.spellsDelimiter()).isEqualTo(read.spellsDelimiter());
        assertThat(read.normal())
                .matches("/([-._~A-Za-z0-9!$&'()*+,;=:@/]|%[0-9A-F]{2})*")
                .doesNotContain("//");
    }

    @Property
    void the_normal_form_has_the_segments_that_are_sent(@ForAll("paths") String path) {
        RequestPath read = accepted(path);

        assertThat(Readers.decodedSegments(read.normal())).isEqualTo(Readers.decodedSegments(path));
        assertThat(read.segments()).isEqualTo(Readers.split(read.normal()));
        if (!read.spellsDelimiter()) {
            assertThat(Readers.split(Readers.decoded(path))).hasSameSizeAs(read.segments());
        }
    }

    @Property
    void the_library_s_own_readers_change_nothing(@ForAll("paths") String path) {
        RequestPath read = accepted(path);

        assertThat(URI.create("http://h" + read.normal()).normalize().getRawPath())
                .isEqualTo(read.normal());
        String decoded = Readers.decoded(read.normal());
        // The file system's own encoding may know no more.
        Assume.that(decoded.chars().allMatch(c -> c < 0x80));
        Path file = Path.of(decoded);
        assertThat(file.normalize()).isEqualTo(file);
    }

    @Property
    void matching_does_not_depend_on_how_unreserved_characters_are_spelt(
            @ForAll("plainPaths") String path, @ForAll("patterns") PathPattern pattern, @ForAll Random random) {
        PathMatcher matcher = new PathMatcher(pattern);
        RequestPath plain = accepted(path);

        RequestPath respelt = accepted(respell(path, random));

        assertThat(respelt.normal()).isEqualTo(plain.normal());
        assertThat(matcher.matches(respelt)).isEqualTo(matcher.matches(plain));
    }

    @Property
    void a_pattern_without_wildcards_stands_for_itself_alone(@ForAll("plainPaths") String path) {
        RequestPath read = accepted(path);
        Assume.that(path.indexOf('*') < 0);

        PathMatcher matcher = new PathMatcher(new PathPattern(read.normal()));

        assertThat(matcher.matches(read)).isTrue();
    }

    @Property(tries = 5_000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void a_match_keeps_the_literal_segments_for_everyone(@ForAll("pathsByPattern") PathByPattern made) {
        Optional<RequestPath> read = parse(made.path());
        boolean matches = read.isPresent() && new PathMatcher(made.pattern()).matches(read.get());
        Statistics.collect(matches);
        Statistics.coverage(paths -> paths.check(true).percentage(share -> share > 10));
        Assume.that(matches);

        List<String> seen = Readers.decodedSegments(made.path());
        List<String> literal = Readers.split(made.pattern().text().replaceFirst("/\\*\\*$", ""));
        for (int i = 0; i < literal.size(); i++) {
            String segment = literal.get(i);
            if (segment.indexOf('*') < 0) {
                assertThat(seen.get(i)).isEqualTo(Readers.decoded(segment));
            } else {
                // A wildcard takes no slash that the pattern does not spell.
                assertThat(slashes(seen.get(i))).isEqualTo(slashes(Readers.decoded(segment)));
            }
        }
    }

    @Property
    void anything_else_is_refused_with_a_reason(@ForAll String anything) {
        try {
            assertThat(RequestPath.parse(anything).original()).isEqualTo(anything);
        } catch (AmbiguousPathException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @Provide
    static Arbitrary<String> paths() {
        Arbitrary<String> pieces = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.of("a", "b", "v1", "x", "/", "/", "/")),
                Tuple.of(3, Arbitraries.of(".", "..", "%2e", "%2E", "%252e", "%25252e", "%2f", "%2F", "%252f")),
                Tuple.of(1, Arbitraries.of(";", "%3b", "\\", "%5c", "%255c", "+", "%20", "%25", "%", "//")),
                Tuple.of(
                        1,
                        Arbitraries.of(
                                "%c0%ae",
                                "%ef%bc%8e",
                                "%ef%bc%8f",
                                "%e2%80%a5",
                                "%e2%80%8b",
                                "%u002e",
                                "%25u002e",
                                "%c4%ae",
                                "%ef%bc%85",
                                "%c3%a4",
                                "%f0%9f%98%80",
                                "%00",
                                "%0a",
                                "%c2%85",
                                "%cc%81",
                                "%e2%88%95",
                                "%ef%bc%9b",
                                "%c2%a0",
                                "%ef%bb%bf",
                                "%e3%80%80")),
                Tuple.of(1, Arbitraries.integers().between(0, 255).map(octet -> String.format("%%%02x", octet))),
                Tuple.of(1, Arbitraries.chars().range(' ', '~').map(String::valueOf)));
        return pieces.list().ofMinSize(0).ofMaxSize(10).map(list -> "/" + String.join("", list));
    }

    /** Paths of unreserved characters and sub-delimiters, which are accepted. */
    @Provide
    static Arbitrary<String> plainPaths() {
        return Arbitraries.strings()
                .withChars("abcxyzABC0189-_~.!$&'()*,=:@")
                .ofMinLength(1)
                .ofMaxLength(6)
                .filter(segment -> !segment.matches("\\.{1,2}"))
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(segments -> "/" + String.join("/", segments));
    }

    @Provide
    static Arbitrary<PathPattern> patterns() {
        Arbitrary<String> segments =
                Arbitraries.of("a", "b", "v1", "*", "a*", "*b", "x", "*.*", "*%2F*", "a%25*", "%C3%A4");
        return segments.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .flatMap(list ->
                        Arbitraries.of("", "/**").map(end -> new PathPattern("/" + String.join("/", list) + end)));
    }

    /** Paths that a pattern may stand for: its own segments, with something for each wildcard, or something else. */
    @Provide
    static Arbitrary<PathByPattern> pathsByPattern() {
        Arbitrary<String> taken = Arbitraries.of(
                "", "a", "b", "a.b", "%61", "..", "%2e%2e", "%2F", "%2f", "%25", "%252F", ";", "a;x", "x%2Fy", "%C3%A4",
                "/");
        return patterns()
                .flatMap(pattern ->
                        taken.list().ofSize(4).map(list -> new PathByPattern(pattern, filled(pattern.text(), list))));
    }

    private static String filled(String pattern, List<String> taken) {
        StringBuilder path = new StringBuilder();
        int next = 0;
        for (int i = 0; i < pattern.length(); i++) {
            path.append(pattern.charAt(i) == '*' ? taken.get(next++ % taken.size()) : pattern.charAt(i));
        }
        return path.toString();
    }

    private static long slashes(String text) {
        return text.chars().filter(c -> c == '/').count();
    }

    record PathByPattern(PathPattern pattern, String path) {}

    private static Optional<RequestPath> parse(String path) {
        try {
            return Optional.of(RequestPath.parse(path));
        } catch (AmbiguousPathException e) {
            return Optional.empty();
        }
    }

    private static RequestPath accepted(String path) {
        Optional<RequestPath> read = parse(path);
        Assume.that(read.isPresent());
        return read.orElseThrow();
    }

    private static String respell(String path, Random random) {
        return path.chars()
                .mapToObj(c -> Character.toString(c).matches("[-._~A-Za-z0-9]") && random.nextInt(3) == 0
                        ? escape(c, random.nextBoolean())
                        : Character.toString(c))
                .collect(Collectors.joining());
    }

    private static String escape(int c, boolean upper) {
        String escape = String.format("%%%02x", c);
        return upper ? escape.toUpperCase(Locale.ROOT) : escape;
    }
}
