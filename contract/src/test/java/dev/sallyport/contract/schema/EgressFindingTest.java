package dev.sallyport.contract.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.EgressFinding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard, a program of its own, writes what the schema says: its tests hold the same examples. */
class EgressFindingTest {

    @ParameterizedTest
    @ValueSource(strings = {"enforced", "open", "failed"})
    void theExamplesAreValid(String example) throws IOException {
        assertThat(schema().validate(ContractDocument.parse(example(example)))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            enforced | "outcome":"Enforced"          | "outcome":"Open"
            enforced | "outcome":"Enforced"          | "outcome":"Failed"
            enforced | "outcome":"Enforced"          | "outcome":"Fine"
            enforced | "open":[]                     | "open":["tcp: Open (success)"]
            open     | "outcome":"Open"              | "outcome":"Enforced"
            open     | "result":"Denied"             | "result":"Whatever"
            open     | "1000:1000"                   | "agent"
            open     | "omitted"                     | "left"
            failed   | "outcome":"Failed"            | "outcome":"Enforced"
            failed   | sallyport.dev/egress-finding/v1 | sallyport.dev/egress-finding/v2
            failed   | "tried":0,                    | ''
            """)
    void refusesWhatContradictsItself(String example, String part, String instead) throws IOException {
        String text = example(example);

        assertThat(text).contains(part);
        assertThat(schema().validate(ContractDocument.parse(text.replace(part, instead))))
                .isNotEmpty();
    }

    @Test
    void theRecordHasTheMembersTypesAndConstantsOfTheSchema() {
        assertThat(RecordShape.differences(ContractDocument.EGRESS_FINDING.schema(), EgressFinding.class))
                .isEmpty();
    }

    /** The record leaves to the schema what only people read, but a finding that the guard may write is never lost. */
    @Test
    void theRecordReadsWhateverTheSchemaAccepts() {
        assertThat(SchemaTest.disagreements(ContractDocument.EGRESS_FINDING))
                .noneMatch(disagreement -> disagreement.contains("the schema accepts"));
    }

    /** Nothing is lost that the guard says, and what is written again is valid too. */
    @ParameterizedTest
    @ValueSource(strings = {"enforced", "open", "failed"})
    void theRecordWritesWhatItHasRead(String example) throws Exception {
        JsonNode said = ContractDocument.parse(example(example));

        Object read = ContractDocument.EGRESS_FINDING.read(said);

        JsonNode written = ContractDocument.parse(new String(StrictJson.write(read), StandardCharsets.UTF_8));
        assertThat(written).isEqualTo(said);
        assertThat(schema().validate(written)).isEmpty();
    }

    @Test
    void anExampleFitsIntoATerminationMessage() {
        assertThat(example("enforced").strip().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    }

    private static String example(String name) {
        return ContractDocument.text(
                ContractDocument.DOCS.resolve("examples").resolve("egress-finding-" + name + ".json"));
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream in =
                EgressFindingTest.class.getResourceAsStream("/dev/sallyport/contract/egress-finding.schema.json")) {
            JsonNode schema = ContractDocument.parse(
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
            return ContractDocument.compiled(schema);
        }
    }
}
