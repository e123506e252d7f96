package dev.sallyport.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentEnvironmentTest {

    private static final Map<String, String> ALL = AgentEnvironment.without(Stream.of(), ProxyAddress.SIDECAR);

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"})
    void toolsFindTheProxyInEitherCase(String name) {
        assertThat(ALL).containsEntry(name, "http://127.0.0.1:15001");
    }

    @Test
    void whatIsInThePodItselfIsReachedDirectly() {
        assertThat(ALL)
                .containsEntry("NO_PROXY", "localhost,127.0.0.1,::1")
                .containsEntry("no_proxy", "localhost,127.0.0.1,::1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSL_CERT_FILE",
                "REQUESTS_CA_BUNDLE",
                "CURL_CA_BUNDLE",
                "GIT_SSL_CAINFO",
                "PIP_CERT",
                "npm_config_cafile",
                "CARGO_HTTP_CAINFO"
            })
    void aToolThatKnowsOneFileOnlyGetsThePublicRootsWithIt(String name) {
        assertThat(ALL).containsEntry(name, "/var/run/sallyport/ca/ca-bundle.crt");
    }

    @Test
    void nodeAddsTheAuthorityToItsOwnRootsAndUsesTheProxy() {
        assertThat(ALL)
                .containsEntry("NODE_EXTRA_CA_CERTS", "/var/run/sallyport/ca/sandbox-ca.crt")
                .containsEntry("NODE_USE_ENV_PROXY", "1");
    }

    @Test
    void whatAContainerSetsItselfIsLeftToItInBothCases() {
        Map<String, String> rest =
                AgentEnvironment.without(Stream.of("https_proxy", "NPM_CONFIG_CAFILE", "OTHER"), ProxyAddress.SIDECAR);

        assertThat(rest)
                .doesNotContainKeys("https_proxy", "HTTPS_PROXY", "npm_config_cafile")
                .containsKeys("http_proxy", "HTTP_PROXY", "PIP_CERT")
                .hasSize(ALL.size() - 3);
    }

    @Test
    void aProxyInAnotherPodIsAskedWithTheTokenAndReachedDirectlyByItsBaseUrls() {
        Map<String, String> paired =
                AgentEnvironment.without(Stream.of(), ProxyAddress.paired("10.43.0.17", "a-token"));

        assertThat(paired)
                .containsEntry("HTTPS_PROXY", "http://sallyport:a-token@10.43.0.17:15001")
                .containsEntry("no_proxy", "localhost,127.0.0.1,::1,10.43.0.17")
                .containsEntry("PIP_TRUSTED_HOST", "10.43.0.17:15001")
                .hasSize(ALL.size() + 1);
        assertThat(ProxyAddress.paired("fd00::17", "a-token"))
                .returns("http://[fd00::17]:15001/~a-token", ProxyAddress::baseUrl)
                .returns("localhost,127.0.0.1,::1,fd00::17", ProxyAddress::withoutProxy);
        assertThat(ProxyAddress.paired("fd00::17", "a-token").toString()).doesNotContain("a-token");
    }

    @Test
    void itsNamesAreKnownInWhateverCase() {
        assertThat(ALL.keySet()).allMatch(AgentEnvironment::sets);
        assertThat(AgentEnvironment.sets("Https_Proxy")).isTrue();
        assertThat(AgentEnvironment.sets("ANTHROPIC_BASE_URL")).isFalse();
    }
}
