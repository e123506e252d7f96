package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.route.RequestPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code path-vectors.tsv}: each target is read in the one way that stands there, or refused. */
class PathVectorsTest {

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:\\\\|x([0-9a-f]{2})|u([0-9a-f]{4}))");

    private final Sandbox sandbox = Sandbox.of(https("path", "path.example"));

    @ParameterizedTest
    @MethodSource("vectors")
    void is_read_in_one_way_or_refused(Vector vector) throws Exception {
        Admission admission = sandbox.admission(Asked.inTunnel("GET", "path.example", vector.target()));

        Step step = admission.begin();

        if (vector.expected().startsWith("/")) {
            assertThat(Sandbox.describe(step)).isEqualTo("path@path.example:443");
            assertThat(RequestPath.parse(admission.path().orElseThrow()).normal())
                    .isEqualTo(vector.expected());
        } else {
            assertThat(Sandbox.describe(step)).isEqualTo(vector.expected());
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void is_sent_as_it_was_spelt(Vector vector) {
        Admission admission = sandbox.admission(Asked.inTunnel("GET", "path.example", vector.target()));

        Step step = admission.begin();

        if (step instanceof Step.Grant && vector.target().startsWith("/")) {
            assertThat(admission.path().orElseThrow() + admission.query()).isEqualTo(vector.target());
        } else if (step instanceof Step.Grant) {
            assertThat(vector.target())
                    .endsWith((admission.path().orElseThrow() + admission.query()).replaceFirst("^/(?=$|\\?)", ""));
        }
    }

    @Test
    void there_are_enough_of_them() {
        assertThat(vectors()).hasSizeGreaterThanOrEqualTo(250);
    }

    static List<Vector> vectors() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(PathVectorsTest.class.getResourceAsStream("path-vectors.tsv")), UTF_8))) {
            Stream<String> vectors = lines.lines().filter(line -> !line.isEmpty() && !line.startsWith("# "));
            return vectors.map(Vector::parse).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    record Vector(String target, String expected, String note) {

        static Vector parse(String line) {
            String[] columns = line.split("\t", -1);
            return new Vector(
                    ESCAPE.matcher(columns[0]).replaceAll(Vector::unescape),
                    columns[1],
                    columns.length > 2 ? columns[2] : "");
        }

        private static String unescape(MatchResult escape) {
            String hex = escape.group(1) != null ? escape.group(1) : escape.group(2);
            return hex == null
                    ? "\\\\"
                    : Character.toString(Integer.parseInt(hex, 16))
                            .replace("\\", "\\\\")
                            .replace("$", "\\$");
        }
    }
}
