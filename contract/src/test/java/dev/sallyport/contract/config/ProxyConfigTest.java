package dev.sallyport.contract.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyConfigTest {

    private static final String LEAST = """
            {"schema": "sallyport.dev/proxy-config/v1", "generation": 3,
             "sandbox": {"namespace": "team", "name": "claude", "uid": "4f1d"},
             "routes": [{"name": "anthropic", "hosts": ["api.anthropic.com"]}]}
            """;

    @Test
    void fillsInTheDefaultsOfWhatIsLeftOut() throws Exception {
        ProxyConfig config = read(LEAST);

        assertThat(config)
                .isEqualTo(new ProxyConfig(
                        ProxyConfig.SCHEMA,
                        3,
                        new SandboxRef("team", "claude", "4f1d"),
                        Enforcement.ENFORCE,
                        AllowedHosts.OPTIONAL,
                        Optional.empty(),
                        Optional.empty(),
                        ProxyLimits.DEFAULTS,
                        RouteLimits.NONE,
                        List.of(new RouteConfig(
                                "anthropic",
                                Scheme.HTTPS,
                                List.of(HostPattern.parse("api.anthropic.com")),
                                Addresses.PUBLIC,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                RouteLimits.NONE,
                                TlsMode.INTERCEPT,
                                Optional.empty(),
                                RedactResponses.HEADERS,
                                QueryLogging.NAMES))));
    }

    @Test
    void readsBackAllThatItWrites() throws Exception {
        ProxyConfig config = new ProxyConfig(
                ProxyConfig.SCHEMA,
                7,
                new SandboxRef("team", "claude", "4f1d"),
                Enforcement.AUDIT,
                AllowedHosts.REQUIRED,
                Optional.of(new AdminAccess("cHVibGlj", "cmVzcG9uc2U=")),
                Optional.of(new AgentAccess("t".repeat(32), List.of(HostPattern.parse("10.43.0.17")))),
                new ProxyLimits(10, 2048, 20, 512, 300, 20, 7, 5, 60, 3, 30, 9),
                new RouteLimits(OptionalInt.of(600), OptionalInt.of(64), OptionalLong.of(1L << 30)),
                List.of(
                        route("bearer", new CredentialConfig.Bearer(new SecretRef("a", "token"))),
                        route(
                                "header",
                                new CredentialConfig.Header(
                                        "x-api-key", new SecretRef("b", "key"), Optional.of("Token "))),
                        route(
                                "basic",
                                new CredentialConfig.Basic(
                                        Optional.of("x-access-token"),
                                        Optional.empty(),
                                        new SecretRef("c", "password"))),
                        route("query", new CredentialConfig.Query("key", new SecretRef("d", "key")))));

        ProxyConfig read = StrictJson.read(StrictJson.write(config), ProxyConfig.class);

        assertThat(read).isEqualTo(config);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"generation\": 3 | \"generation\": 3, \"extra\": 1 | extra: unknown field",
                "\"generation\": 3 | \"generation\": 3, \"generation\": 4 | not well-formed JSON",
                "\"generation\": 3 | \"generation\": \"3\" | generation: ",
                "\"generation\": 3 | \"generation\": 3.5 | generation: ",
                "\"generation\": 3 | \"generation\": null | generation: ",
                "\"generation\": 3, | `` | missing",
                "\"generation\": 3 | \"generation\": -1 | generation: negative",
                "proxy-config/v1 | proxy-config/v2 | schema: not sallyport.dev/proxy-config/v1",
                "\"uid\": \"4f1d\" | \"uid\": \"\" | sandbox: uid: empty",
                "\"routes\" | \"agent\": {\"token\": \"short\"}, \"routes\" | agent: token: not 32 to 128",
                "\"routes\" | \"agent\": {\"token\": \"12345678901234567890123456789012\", \"hosts\": [\"*.example.com\"]}, \"routes\" | agent: hosts: a wildcard or a port",
                "\"hosts\": [\"api.anthropic.com\"] | \"hosts\": [\"a.*.com\"] | routes[0].hosts[0]: a wildcard",
                "\"hosts\": [\"api.anthropic.com\"] | \"hosts\": [] | routes[0]: hosts: their number",
                "\"hosts\": [\"api.anthropic.com\"] | \"hosts\": [\"b.example\"], \"host\": [] | routes[0].host: unknown field",
                "\"hosts\": [\"api.anthropic.com\"] | \"host\": [] | routes[0]: hosts: missing",
                "\"name\": \"anthropic\" | \"name\": \"Anthropic\" | routes[0]: name: not a DNS label",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"scheme\": \"https\" | routes[0].scheme: ",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"scheme\": 0 | routes[0].scheme: ",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"credential\": {\"kind\": \"magic\"} | routes[0].credential: unknown or missing kind",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"credential\": {\"kind\": \"bearer\"} | routes[0].credential: token: missing",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"limits\": {\"requestsPerMinute\": 0} | routes[0].limits: requestsPerMinute: not in",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"rules\": [{\"paths\": [\"v1\"]}] | routes[0].rules[0].paths[0]: a path begins with /",
                "\"name\": \"anthropic\" | \"name\": \"a\", \"rules\": [{\"methods\": [\"TRACE\"]}] | TRACE and CONNECT never pass",
            })
    void refusesWhatItDoesNotKnowOrCouldMisread(String part, String instead, String message) {
        String json = LEAST.replace(part, instead);

        assertThat(json).isNotEqualTo(LEAST);
        assertThatExceptionOfType(InvalidJsonException.class)
                .isThrownBy(() -> read(json))
                .withMessageContaining(message);
    }

    @Test
    void refusesTwoRoutesOfOneName() {
        String twice = LEAST.replace("[{\"name\"", "[{\"name\": \"anthropic\", \"hosts\": [\"b.example\"]}, {\"name\"");

        assertThatExceptionOfType(InvalidJsonException.class)
                .isThrownBy(() -> read(twice))
                .withMessageContaining("routes: a name is there twice");
    }

    @Test
    void refusesTrailingContent() {
        assertThatExceptionOfType(InvalidJsonException.class).isThrownBy(() -> read(LEAST + "{}"));
        assertThatExceptionOfType(InvalidJsonException.class).isThrownBy(() -> read("null"));
        assertThatExceptionOfType(InvalidJsonException.class).isThrownBy(() -> read(""));
    }

    @Test
    void quotesNoValueOfADocumentThatItRefuses() {
        String secretive = LEAST.replace("\"generation\": 3", "\"generation\": \"hunter2\"");

        assertThatExceptionOfType(InvalidJsonException.class)
                .isThrownBy(() -> read(secretive))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("hunter2").hasNoCause());
    }

    @Test
    void refusesACredentialOverPlainHttp() {
        String plain = LEAST.replace(
                "\"name\": \"anthropic\"",
                "\"name\": \"a\", \"scheme\": \"HTTP\","
                        + " \"credential\": {\"kind\": \"bearer\", \"token\": {\"secret\": \"s\", \"key\": \"k\"}}");

        assertThatExceptionOfType(InvalidJsonException.class)
                .isThrownBy(() -> read(plain))
                .withMessageContaining("routes[0]: credential: none over plain HTTP");
    }

    @ParameterizedTest
    @CsvSource({"host", "Content-Length", "TRANSFER-ENCODING", "connection", "proxy-authorization", "a b", "a:b", "''"})
    void refusesToInjectIntoAFieldThatFramesOrRoutes(String name) {
        assertThat(FieldNames.isInjectable(name)).isFalse();
    }

    private static RouteConfig route(String name, CredentialConfig credential) {
        return new RouteConfig(
                name,
                Scheme.HTTPS,
                List.of(HostPattern.parse("api.example.com"), HostPattern.parse("*.example.org:8443")),
                Addresses.PRIVATE,
                Optional.of("-----BEGIN CERTIFICATE-----"),
                Optional.of(credential),
                Optional.of(HostPattern.parse("api.example.com")),
                List.of(new RuleConfig(
                        List.of("GET", "POST"),
                        List.of(new PathPattern("/v1/**")),
                        Optional.of("request.method == 'GET'"))),
                new RouteLimits(OptionalInt.of(120), OptionalInt.of(16), OptionalLong.of(1L << 25)),
                TlsMode.INTERCEPT,
                Optional.of(new PlaceholderConfig(
                        "placeholder-0123456789-abcdef",
                        List.of(PlaceholderConfig.Place.HEADER, PlaceholderConfig.Place.BODY))),
                RedactResponses.FULL,
                QueryLogging.VALUES);
    }

    private static ProxyConfig read(String json) throws InvalidJsonException {
        return StrictJson.read(json.getBytes(StandardCharsets.UTF_8), ProxyConfig.class);
    }
}
