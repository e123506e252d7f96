package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.e2e.CompatibilityPage.Column;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/** Against the committed page. */
class MatrixTest {

    private static final String HEADING = "Clients, packages and Git";

    @ParameterizedTest
    @EnumSource
    void aRunThatSeesWhatIsDocumentedAtOtherTimesAndInOtherVersionsPasses(Placement placement) {
        Matrix matrix = new Matrix(HEADING, placement, false);

        Map<String, String> versions = seeAll(matrix, placement, Seen.NOTHING);

        assertThatCode(() -> matrix.publish(versions)).doesNotThrowAnyException();
    }

    @Test
    void aRunInWhichRequestsWereLostFails() {
        Matrix matrix = new Matrix(HEADING, Placement.Sidecar, false);

        Map<String, String> versions = seeAll(matrix, Placement.Sidecar, new Seen(0, 1));

        assertThatThrownBy(() -> matrix.publish(versions)).hasMessageContaining("works, 1 lost");
    }

    @Test
    void aRunWithoutADocumentedProgramFails() {
        Matrix matrix = new Matrix(HEADING, Placement.Sidecar, false);

        assertThatThrownBy(() -> matrix.publish(Map.of())).hasMessageContaining("curl");
    }

    @Test
    void aProgramThatWasTriedOneWayOnlyIsNoRow() {
        Matrix matrix = new Matrix(HEADING, Placement.Sidecar, false);
        matrix.works("curl", "upload", Way.BASE_URL, Seen.NOTHING, OptionalDouble.empty());

        assertThatThrownBy(() -> matrix.publish(Map.of("curl", "8"))).hasMessageContaining("tried ways of curl");
    }

    private static Map<String, String> seeAll(Matrix matrix, Placement placement, Seen seen) {
        Map<String, String> versions = new HashMap<>();
        CompatibilityPage.read().table(HEADING).forEach((program, row) -> {
            versions.put(program.split(",", 2)[0], "another");
            for (Way way : Way.values()) {
                String cell = row.cells().get(new Column(way, placement));
                if (cell != null && cell.startsWith("cannot: ")) {
                    assertThatThrownBy(
                                    () -> matrix.cannot(program, row.task(), way, cell.substring("cannot: ".length())))
                            .isInstanceOf(TestAbortedException.class);
                } else {
                    matrix.works(program, row.task(), way, seen, OptionalDouble.of(12345));
                }
            }
        });
        return versions;
    }
}
