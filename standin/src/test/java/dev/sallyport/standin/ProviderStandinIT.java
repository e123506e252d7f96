package dev.sallyport.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.standin.StandinOptions.Https;
import dev.sallyport.standin.tls.CertificateAuthority;
import dev.sallyport.standin.tls.ServerCertificate;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderStandinIT {
    @Test
    void servesWithACertificateFromFiles(@TempDir Path directory) throws Exception {
        var authority = CertificateAuthority.create(Clock.systemUTC());
        var identity = authority.issue(List.of("127.0.0.1"));
        var files = new ServerCertificate.Files(
                Files.writeString(directory.resolve("tls.crt"), identity.certificateChain()),
                Files.writeString(directory.resolve("tls.key"), identity.privateKey()));

        try (var standin = ProviderStandin.start(StandinOptions.onLoopback().withCertificate(files))) {
            assertThat(standin.authority()).isEmpty();
            assertThat(statusOver(standin, authority)).isEqualTo(200);
        }
    }

    @Test
    void publishesTheRootOfItsOwnCertificate(@TempDir Path directory) throws Exception {
        var own = new ServerCertificate.SelfSigned(List.of("127.0.0.1"), directory.resolve("new/one"));

        try (var standin = ProviderStandin.start(StandinOptions.onLoopback().withCertificate(own))) {
            assertThat(directory.resolve("new/one/ca.crt"))
                    .hasContent(standin.authority().orElseThrow());
            assertThat(directory.resolve("new/one")).isDirectoryNotContaining("glob:**.key");
        }
    }

    @Test
    void servesWithABadCertificateForThoseWhoWantOne() throws Exception {
        var authority = CertificateAuthority.create(Clock.systemUTC());
        var now = Clock.systemUTC().instant();
        var expired =
                authority.issue(List.of("127.0.0.1"), now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
        var otherHost = authority.issue(List.of("other.example"));

        for (var identity : List.of(expired, otherHost)) {
            var options = StandinOptions.onLoopback().withCertificate(new ServerCertificate.Given(identity));
            try (var standin = ProviderStandin.start(options)) {
                assertThatThrownBy(() -> statusOver(standin, authority)).isInstanceOf(SSLException.class);
            }
        }
    }

    @Test
    void servesOnSeveralEventLoopsBehindOnePort() throws Exception {
        var one = StandinOptions.onLoopback();
        var several = new StandinOptions(
                one.bind(),
                one.https(),
                one.plainPort(),
                one.controlBind(),
                one.controlPort(),
                Map.of(),
                one.anthropicAccepts(),
                one.eventDelay(),
                one.journalCapacity(),
                3);

        try (var standin = ProviderStandin.start(several)) {
            for (int i : IntStream.range(0, 6).toArray()) {
                try (var client = Client.https(standin, Version.HTTP_1_1);
                        var plain = Client.plain(standin)) {
                    assertThat(client.get("/reflect/" + i).statusCode()).isEqualTo(200);
                    assertThat(plain.get("/reflect/" + i).statusCode()).isEqualTo(200);
                }
            }
            assertThat(standin.requests()).hasSize(12);
        }
    }

    @Test
    void closesItsPortsAndWhatHangs() throws Exception {
        var standin = ProviderStandin.start(StandinOptions.onLoopback());
        try (var wire = Wire.plain(standin);
                var client = Client.plain(standin)) {
            wire.send("GET /fault/hang HTTP/1.1\r\nHost: x\r\n\r\n");

            standin.close();

            assertThat(wire.readToEnd()).isEmpty();
            assertThatThrownBy(() -> client.get("/reflect")).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void saysThatAPortIsTaken() {
        try (var first = ProviderStandin.start(StandinOptions.onLoopback())) {
            var taken = new StandinOptions(
                    "127.0.0.1",
                    null,
                    first.plain().orElseThrow().getPort(),
                    "127.0.0.1",
                    0,
                    Map.of(),
                    StandinOptions.ANTHROPIC_CARRIERS,
                    Duration.ZERO,
                    10,
                    1);

            assertThatThrownBy(() -> ProviderStandin.start(taken)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void servesOnlyWhatItWasAskedFor() {
        var plainOnly = new StandinOptions(
                "127.0.0.1",
                null,
                0,
                "127.0.0.1",
                0,
                Map.of(),
                StandinOptions.ANTHROPIC_CARRIERS,
                Duration.ZERO,
                10,
                1);
        var httpsOnly = new StandinOptions(
                "127.0.0.1",
                new Https(0, new ServerCertificate.SelfSigned(List.of("localhost"), null)),
                null,
                "127.0.0.1",
                0,
                Map.of(),
                StandinOptions.ANTHROPIC_CARRIERS,
                Duration.ZERO,
                10,
                1);

        try (var plain = ProviderStandin.start(plainOnly);
                var https = ProviderStandin.start(httpsOnly)) {
            assertThat(plain.https()).isEmpty();
            assertThat(plain.plain()).isPresent();
            assertThat(https.plain()).isEmpty();
            assertThat(https.https()).isPresent();
        }
    }

    private static int statusOver(ProviderStandin standin, CertificateAuthority authority)
            throws IOException, InterruptedException {
        try (var client = Client.https(standin, Version.HTTP_2, authority.certificate())) {
            return client.get("/reflect").statusCode();
        }
    }
}
