package dev.sallyport.operator.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.sallyport.contract.json.InvalidJsonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

final class ProfileDocumentTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final JsonSchema SCHEMA = schema();

    private static final String WHOLE = """
            description: an agent
            seen: version 1
            environment:
            - {name: A_B, value: "${proxy.url} $x", purpose: for the test}
            providers:
            - host: api.example.com
              baseUrl: {env: BASE, path: /v1}
              keys:
              - {env: KEY, credentials: [header, bearer], value: dummy}
            files:
            - {path: .a/b, content: "x = ${baseUrl.BASE}", mode: "0640"}
            trustBundles: [/etc/pki/ca.crt]
            suggestedRoutes:
            - {name: api}
            """;

    private static JsonSchema schema() {
        try (InputStream in = BuiltInProfiles.class.getResourceAsStream("profile.schema.json")) {
            return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(JSON.readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> refusal(String yaml) {
        try {
            Object _ = ProfileDocument.read(yaml.getBytes(StandardCharsets.UTF_8));
            return Optional.empty();
        } catch (InvalidJsonException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode tree(String yaml) {
        return JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    }

    static Stream<String> builtIn() {
        return BuiltInProfiles.NAMES.stream();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void eachOfTheOperatorsOwnIsAsTheSchemaSays(String name) {
        assertThat(SCHEMA.validate(tree(new String(BuiltInProfiles.bytes(name), StandardCharsets.UTF_8))))
                .isEmpty();
    }

    @Test
    void aWholeProfileIsReadAndIsAsTheSchemaSays() {
        assertThat(refusal(WHOLE)).isEmpty();
        assertThat(SCHEMA.validate(tree(WHOLE))).isEmpty();
        assertThat(refusal("description: an agent")).isEmpty();
    }

    /** Each line is what is written instead of something: both the program and the schema refuse it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "description: an agent => descripton: an agent",
                "description: an agent => description: ''",
                "description: an agent => description: 1",
                "description: an agent => description: [an agent]",
                "description: an agent => description: \"two\\nlines\"",
                "seen: version 1 => seen: null",
                "seen: version 1 => seen: 1.0",
                "seen: version 1 => unknown: 1",
                "name: A_B => name: A-B",
                "name: A_B => name: ''",
                "name: A_B => nam: A_B",
                "value: \"${proxy.url} $x\" => value: 1",
                "value: \"${proxy.url} $x\" => value: true",
                "value: \"${proxy.url} $x\" => value: \"${proxy.port}\"",
                "value: \"${proxy.url} $x\" => value: \"${proxy.url\"",
                "value: \"${proxy.url} $x\" => value: \"$(HOME)\"",
                "value: \"${proxy.url} $x\" => value: \"$$\"",
                "purpose: for the test => more: x, purpose: for the test",
                ", purpose: for the test => ",
                "host: api.example.com => host: API.example.com",
                "host: api.example.com => host: localhost",
                "host: api.example.com => host: api.example.com:443",
                "host: api.example.com => host: '*.example.com'",
                "host: api.example.com => hosts: [api.example.com]",
                "path: /v1 => path: v1",
                "path: /v1 => path: /v1/",
                "path: /v1 => path: /../v1",
                "path: /v1 => path: ''",
                "env: BASE => env: 1BASE",
                "[header, bearer] => []",
                "[header, bearer] => [header, header]",
                "[header, bearer] => [Header]",
                "[header, bearer] => header",
                "value: dummy => value: ''",
                "value: dummy => value: 'a b'",
                "path: .a/b => path: ../b",
                "path: .a/b => path: /b",
                "path: .a/b => path: a/../b",
                "path: .a/b => path: a/./b",
                "path: .a/b => path: a//b",
                "path: .a/b => path: a/",
                "path: .a/b => path: 'a b'",
                "path: .a/b => path: a/a/a/a/a/a/a/a/a",
                "\"x = ${baseUrl.BASE}\" => \"${home}\"",
                "\"x = ${baseUrl.BASE}\" => \"\\e[0m\"",
                "\"x = ${baseUrl.BASE}\" => {a: b}",
                "mode: \"0640\" => mode: 640",
                "mode: \"0640\" => mode: \"4755\"",
                "mode: \"0640\" => mode: \"0000\"",
                "[/etc/pki/ca.crt] => /etc/pki/ca.crt",
                "/etc/pki/ca.crt => etc/pki/ca.crt",
                "/etc/pki/ca.crt => /ca.crt",
                "/etc/pki/ca.crt => /etc/../ca.crt",
                "/etc/pki/ca.crt => /etc/./ca.crt",
                "/etc/pki/ca.crt => /etc/..",
                "/etc/pki/ca.crt => /etc//ca.crt",
                "/etc/pki/ca.crt => /etc/pki/",
                "/etc/pki/ca.crt => /proc/self/mem",
                "/etc/pki/ca.crt => /var/run/sallyport/ca/ca-bundle.crt",
                "/etc/pki/ca.crt => '/etc/pki/c a'",
                "[/etc/pki/ca.crt] => [/etc/pki/ca.crt, /etc/pki/ca.crt]",
                "- {name: api} => - api",
            })
    void whatIsNoProfileIsRefusedByTheProgramAndByTheSchema(String change) {
        String[] parts = change.split(" => ?", 2);
        String changed = WHOLE.replace(parts[0], parts[1]);

        assertThat(changed).isNotEqualTo(WHOLE);
        assertThat(refusal(changed)).as("by the program").isPresent();
        assertThat(SCHEMA.validate(tree(changed))).as("by the schema").isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "a",
                "description: a\ndescription: b",
                "description: a\nfiles: &x []\nproviders: *x",
                "description: a\nfiles: [{path: a, content: b, path: c}]",
                "description: a\n---\ndescription: b",
                "description: a\nfiles: [{path: a, content: b}, {path: a, content: c}]",
                "description: a\nenvironment: [{name: A, value: b, purpose: c}, {name: A, value: b, purpose: c}]",
                "description: a\nproviders: [{host: a.example}]",
                "description: !!java.net.URL a",
                "description: ? a",
                "{description: a",
                "description: a\n\tseen: b",
            })
    void whatASchemaDoesNotSeeIsRefusedToo(String yaml) {
        assertThat(refusal(yaml)).isPresent();
    }

    @Test
    void aRefusalSaysWhereAndQuotesNothing() {
        assertThat(refusal(WHOLE.replace("mode: \"0640\"", "mode: \"s3cret\"")).orElseThrow())
                .contains("mode")
                .doesNotContain("s3cret");
        assertThat(refusal("description: a\ndescription: s3cret").orElseThrow()).contains("duplicate");
    }

    @Test
    void aDocumentHasABound() {
        assertThat(refusal("description: a\n" + "#".repeat(ProfileDocument.MOST_BYTES)))
                .hasValueSatisfying(message -> assertThat(message).contains("65536"));
    }

    @Test
    void otherEncodingsAreRefused() {
        assertThat(refusal("description: \u00e9")).isEmpty();
        byte[] latin = "description: \u00e9".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ProfileDocument.read(latin)))
                .isInstanceOf(InvalidJsonException.class)
                .hasMessage("not UTF-8");
    }
}
