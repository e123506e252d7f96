package dev.sallyport.contract.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.Reason.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page that people look a reason up in, docs/reasons.md, has every one of them, and what it says is so. */
class ReasonsPageTest {

    @Test
    void everyReasonHasItsRowInTheirOrder() throws Exception {
        assertThat(rows())
                .extracting(Row::code)
                .containsExactlyElementsOf(
                        Arrays.stream(Reason.values()).map(Reason::code).toList());
    }

    @Test
    void statusAndOutcomeAreThoseOfTheProxy() throws Exception {
        for (Row row : rows()) {
            Reason reason = Reason.ofCode(row.code());
            assertThat(row.status()).as(row.code()).isEqualTo(reason.status());
            assertThat(row.outcome())
                    .as(row.code())
                    .isEqualTo(
                            switch (reason.outcome()) {
                                case DENIED -> "Denied";
                                case FAILED -> "Failed";
                            });
        }
        assertThat(Outcome.values()).hasSize(2);
    }

    @Test
    void everyReasonHasACauseAndARemedyOfItsOwnWithSomebodyToDoIt() throws Exception {
        List<Row> rows = rows();

        assertThat(rows).extracting(Row::cause).doesNotHaveDuplicates().allMatch(cause -> cause.length() > 10);
        assertThat(rows)
                .extracting(Row::remedy)
                .doesNotHaveDuplicates()
                .allMatch(remedy -> remedy.matches("(Agent|Platform): .{10,}\\."));
    }

    @Test
    void everyReasonThatTheTextNamesIsOne() throws Exception {
        List<String> codes = Arrays.stream(Reason.values()).map(Reason::code).toList();
        List<String> text = Files.readAllLines(Path.of("..", "docs", "audit.md"));
        text.addAll(Files.readAllLines(Path.of("..", "docs", "reasons.md")));
        text.addAll(Files.readAllLines(Path.of("..", "docs", "proxy-config.md")));

        for (String line : text) {
            java.util.regex.Matcher named = java.util.regex.Pattern.compile(
                            "`((?:[A-Z][a-z]+)+(?:NotAllowed|NotFound|TooLarge|TooLong|Unavailable|Invalid|Reset|Timeout))`")
                    .matcher(line);
            while (named.find()) {
                assertThat(codes).as(line).contains(named.group(1));
            }
        }
    }

    private static List<Row> rows() throws IOException {
        return Files.readAllLines(Path.of("..", "docs", "reasons.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|"))
                .map(cells -> {
                    assertThat(cells).hasSize(6);
                    return new Row(
                            cells[1].strip().replace("`", ""),
                            Integer.parseInt(cells[2].strip()),
                            cells[3].strip(),
                            cells[4].strip(),
                            cells[5].strip());
                })
                .toList();
    }

    private record Row(String code, int status, String outcome, String cause, String remedy) {}
}
