package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.e2e.CompatibilityPage.Column;
import dev.sallyport.e2e.CompatibilityPage.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompatibilityPageTest {

    private static final Column HERE = new Column(Way.BASE_URL, Placement.Sidecar);
    private static final Column THERE = new Column(Way.HTTPS_PROXY, Placement.PairedPod);

    private static final CompatibilityPage PAGE = new CompatibilityPage(List.of(
            "# Title", "", "## One", "", "words", "", "| old |", "|---|", "", "more words", "", "## Two", "", "end"));

    @Test
    void whatIsWrittenIsReadAgainAndTheWordsAroundItStay() {
        Map<String, Row> rows =
                Map.of("curl", new Row("8.1", "upload", Map.of(HERE, "works, 3 ms", THERE, "cannot: it is blue")));

        CompatibilityPage written = PAGE.withTable("One", rows);

        assertThat(written.table("One")).isEqualTo(rows);
        assertThat(written.lines())
                .startsWith("# Title", "", "## One", "", "words", "")
                .endsWith("", "more words", "", "## Two", "", "end")
                .contains("| curl | 8.1 | upload | works, 3 ms |  |  | cannot: it is blue |")
                .doesNotContain("| old |");
    }

    @Test
    void aRowKeepsWhatAnotherRunSawElsewhere() {
        Row older = new Row("1", "upload", Map.of(HERE, "works", THERE, "works"));
        Row newer = new Row("2", "upload", Map.of(HERE, "works, 1 lost"));

        assertThat(newer.over(older)).isEqualTo(new Row("2", "upload", Map.of(HERE, "works, 1 lost", THERE, "works")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Two", "Three"})
    void aTableThatIsNotThereIsNotRead(String heading) {
        assertThatThrownBy(() -> PAGE.table(heading)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRowOfAnotherShapeIsNotRead() {
        CompatibilityPage page = new CompatibilityPage(List.of("## One", "| a |", "|---|", "| b |"));

        assertThatThrownBy(() -> page.table("One")).hasMessageContaining("| b |");
    }

    @Test
    void aCellThatWouldBreakTheTableIsNotWritten() {
        Map<String, Row> rows = Map.of("curl", new Row("8.1", "a | b", Map.of()));

        assertThatThrownBy(() -> PAGE.withTable("One", rows)).hasMessageContaining("a | b");
    }

    @Test
    void theCommittedPageIsAsTheTestsWouldWriteIt() {
        CompatibilityPage page = CompatibilityPage.read();

        for (String heading : page.headings()) {
            assertThat(page.withTable(heading, page.table(heading))).isEqualTo(page);
        }
        assertThat(page.headings()).isNotEmpty();
    }
}
