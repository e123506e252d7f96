package dev.sallyport.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProxyAddressTest {

    @Test
    void aProxyInAnotherPodIsAskedWithTheTokenAndReachedDirectlyByItsBaseUrls() {
        ProxyAddress address = ProxyAddress.paired("fd00::17", "a-token");

        assertThat(address)
                .returns("http://sallyport:a-token@[fd00::17]:15001", ProxyAddress::proxyUrl)
                .returns("http://[fd00::17]:15001/~a-token", ProxyAddress::baseUrl)
                .returns("localhost,127.0.0.1,::1,fd00::17,demo", paired -> paired.bypass("demo"));
        assertThat(address.toString()).doesNotContain("a-token");
    }

    @Test
    void javaIsToldWhoItIsInAProgramsOwnWay() {
        assertThat(ProxyAddress.SIDECAR.javaOptions("demo"))
                .isEqualTo("-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=15001 -Dhttps.proxyHost=127.0.0.1"
                        + " -Dhttps.proxyPort=15001 -Dhttp.nonProxyHosts=localhost|127.*|[::1]|demo");
        assertThat(ProxyAddress.paired("10.43.0.17", "a-token").javaOptions("demo"))
                .contains(" -Dhttps.proxyUser=sallyport -Dhttps.proxyPassword=a-token ")
                .contains(" -Djdk.http.auth.tunneling.disabledSchemes= ")
                .endsWith(" -Dhttp.nonProxyHosts=localhost|127.*|[::1]|10.43.0.17|demo");
    }
}
