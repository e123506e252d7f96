package dev.sallyport.api.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The checked-in files are what the types say. After a change of the types:
 *
 * <pre>mvn -pl crds -am test -Dtest=GeneratedFilesTest -Dsurefire.failIfNoSpecifiedTests=false -Dsallyport.crds.update</pre>
 */
class GeneratedFilesTest {
    static final String UPDATE = "sallyport.crds.update";
    private static final Path ROOT = Path.of("..");

    private final ObjectNode definition = AgentSandboxCrd.definition();

    @Test
    void the_chart_holds_the_definition_that_the_types_make() throws IOException {
        Path chart = ROOT.resolve("helm/sallyport/crds/agentsandboxes.sallyport.dev.yaml");

        holds(chart, AgentSandboxCrd.asYaml(definition));
    }

    @Test
    void the_reference_documents_the_same_schema() throws IOException {
        holds(ROOT.resolve("docs/reference.md"), ReferenceDocument.of(AgentSandboxCrd.schema(definition)));
    }

    @Test
    void the_definition_is_made_the_same_each_time() {
        String again = AgentSandboxCrd.asYaml(AgentSandboxCrd.definition());

        assertThat(again).isEqualTo(AgentSandboxCrd.asYaml(definition));
    }

    private static void holds(Path file, String made) throws IOException {
        if (System.getProperty(UPDATE) != null) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, made, UTF_8);
        }

        assertThat(file)
                .as("make it anew: mvn -pl crds -am test -Dtest=GeneratedFilesTest "
                        + "-Dsurefire.failIfNoSpecifiedTests=false -D" + UPDATE)
                .usingCharset(UTF_8)
                .hasContent(made);
    }
}
