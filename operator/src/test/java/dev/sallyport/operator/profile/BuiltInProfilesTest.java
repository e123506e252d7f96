package dev.sallyport.operator.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.sallyport.operator.model.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The profiles that are shipped, and their document, whose middle is made from them:
 *
 * <pre>mvn -pl operator -am test -Dtest=BuiltInProfilesTest -Dsurefire.failIfNoSpecifiedTests=false -Dsallyport.profiles.update</pre>
 */
final class BuiltInProfilesTest {

    private static final String UPDATE = "sallyport.profiles.update";
    private static final String BEGIN = "<!-- made from the profiles: begin -->\n";
    private static final String END = "<!-- made from the profiles: end -->\n";
    private static final Path DOCUMENT = Path.of("..", "docs", "profiles.md");
    private static final Path CRD = Path.of("..", "helm", "sallyport", "crds", "agentsandboxes.sallyport.dev.yaml");

    private static final Catalogue CATALOGUE = BuiltInProfiles.read().current();

    private static Profile profile(String name) {
        return Objects.requireNonNull(CATALOGUE.profiles().get(name));
    }

    static List<String> names() {
        return BuiltInProfiles.NAMES;
    }

    @Test
    void theDocumentSaysWhatTheySet() throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        String made = "\n" + ProfilesDocument.of(CATALOGUE) + "\n";
        if (System.getProperty(UPDATE) != null) {
            Files.writeString(DOCUMENT, text.substring(0, begin) + made + text.substring(end));
        }

        String now = Files.readString(DOCUMENT);
        assertThat(now.substring(now.indexOf(BEGIN) + BEGIN.length(), now.indexOf(END)))
                .as("make it anew with -D" + UPDATE)
                .isEqualTo(made);
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachSuggestedRouteIsOneThatTheResourceTakes(String name) throws IOException {
        JsonNode crd = new ObjectMapper()
                .valueToTree(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(CRD)));
        JsonNode schema = crd.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/routes/items");
        assertThat(schema.isObject()).isTrue();
        ObjectNode strict = schema.deepCopy();
        close(strict);
        for (JsonNode route : profile(name).suggestedRoutes()) {
            assertThat(JsonSchemaFactory.getInstance(VersionFlag.V202012)
                            .getSchema(strict)
                            .validate(route))
                    .isEmpty();
        }
    }

    /** The API server takes no field that the schema does not have; JSON Schema would. */
    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object
                && object.has("properties")
                && object.path("properties").isObject()) {
            object.put("additionalProperties", false);
        }
        schema.forEach(BuiltInProfilesTest::close);
    }

    /** An agent that is installed finds its provider by the route that its profile suggests. */
    @ParameterizedTest
    @ValueSource(
            strings = {"ClaudeCode", "Codex", "GeminiCli", "OpenCode", "Aider", "Goose", "CopilotCli", "OpenHands"})
    void eachProviderHasASuggestedRouteOrIsAsOthersSuggest(String name) {
        List<String> hosts = profile(name).suggestedRoutes().stream()
                .flatMap(route -> route.path("hosts").valueStream())
                .map(JsonNode::asText)
                .toList();

        assertThat(hosts).isNotEmpty();
        assertThat(profile(name).providers()).anyMatch(provider -> hosts.contains(provider.host()));
    }

    @Test
    void claudeCodeIsNotAskedAboutTheKeyThatItIsGiven() throws IOException {
        Profile claude = profile("ClaudeCode");
        String key = claude.providers().getFirst().keys().getFirst().dummy();
        String settings = claude.files().getFirst().content().template();

        assertThat(new ObjectMapper()
                        .readTree(settings)
                        .at("/customApiKeyResponses/approved/0")
                        .asText())
                .isEqualTo(key.substring(key.length() - 20));
    }

    @Test
    void whatTheAgentsOfOneProviderHoldInAKeysPlaceIsToldFromAKey() {
        CATALOGUE.profiles().values().stream()
                .flatMap(profile -> profile.providers().stream())
                .flatMap(provider -> provider.keys().stream())
                .forEach(key -> assertThat(key.dummy()).containsPattern("sallyport.holds.the"));
    }

    @Test
    void thereIsAFileForEachNameAndNoOther() throws IOException {
        Path resources = Path.of("src/main/resources/dev/sallyport/operator/profile");
        TreeSet<String> files = new TreeSet<>();
        try (var list = Files.list(resources)) {
            list.map(file -> Objects.requireNonNull(file.getFileName()).toString())
                    .filter(file -> file.endsWith(".yaml"))
                    .forEach(file -> files.add(file.replace(".yaml", "")));
        }

        assertThat(files).containsExactlyInAnyOrderElementsOf(BuiltInProfiles.NAMES);
    }

    @Test
    void toolsThatKnowOneFileOnlyGetThePublicRootsWithTheAuthority() {
        Map<String, String> values = profile("Generic").environment().stream()
                .collect(Collectors.toMap(
                        Profile.Variable::name, variable -> variable.value().template()));

        for (String name : List.of(
                "SSL_CERT_FILE",
                "REQUESTS_CA_BUNDLE",
                "CURL_CA_BUNDLE",
                "GIT_SSL_CAINFO",
                "PIP_CERT",
                "npm_config_cafile",
                "CARGO_HTTP_CAINFO",
                "AWS_CA_BUNDLE",
                "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")) {
            assertThat(values).containsEntry(name, "${trust.bundle}");
        }
        for (String name : List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")) {
            assertThat(values).containsEntry(name, "${proxy.url}");
        }
    }
}
