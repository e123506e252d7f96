package dev.sallyport.sidecar.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sallyport.contract.config.SandboxRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates of the small writer, held against the JDK, BouncyCastle and OpenSSL. */
class LeafTest {

    private static final String LONGEST_NAME =
            "a123456789.".repeat(22) + "example.com"; // 253 characters, beyond what a common name holds

    @TempDir
    Path directory;

    private SandboxCa ca;

    @BeforeEach
    void makeCa() throws IOException {
        ca = SandboxCa.openOrCreate(
                directory, new SandboxRef("agents", "claude", "uid-1"), Clock.systemUTC(), new SecureRandom());
    }

    @Test
    void carriesWhatAServerCertificateMust() throws Exception {
        Instant before = Instant.now();

        X509Certificate leaf = ca.mint("api.example.com").certificate();

        assertThat(leaf.getVersion()).isEqualTo(3);
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getIssuerX500Principal()).isEqualTo(ca.certificate().getSubjectX500Principal());
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(2, "api.example.com"));
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(leaf.getKeyUsage()).containsExactly(true, false, false, false, false, false, false, false, false);
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.17", "2.5.29.19");
        assertThat(leaf.getNonCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.14", "2.5.29.35", "2.5.29.37");
        assertThat(leaf.getNotBefore().toInstant()).isBefore(before.minus(Duration.ofMinutes(59)));
        assertThat(Duration.between(before, leaf.getNotAfter().toInstant()))
                .isBetween(
                        Duration.ofHours(24).minusSeconds(1),
                        Duration.ofHours(24).plusMinutes(1));
    }

    @Test
    void hasARandomSerialAndAKeyOfItsOwn() {
        Leaf one = ca.mint("api.example.com");
        Leaf other = ca.mint("api.example.com");

        assertThat(one.certificate().getSerialNumber()).isPositive();
        assertThat(one.certificate().getSerialNumber().bitLength()).isBetween(96, 128);
        assertThat(one.certificate().getSerialNumber())
                .isNotEqualTo(other.certificate().getSerialNumber());
        assertThat(one.certificate().getPublicKey())
                .isNotEqualTo(other.certificate().getPublicKey());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api.example.com",
                "localhost",
                "xn--bcher-kva.example",
                "_service.example.com",
                "1.2.3.4",
                "[2001:db8::1]"
            })
    void isValidForItsHostInAHandshake(String host) throws Exception {
        String peer = host.replaceAll("[\\[\\]]", "");

        // The JDK's own check refuses a name with an underscore, so for that one the path alone is validated.
        handshake(ca.mint(host), peer, !host.startsWith("_"));

        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> handshake(ca.mint(host), "other.example.com", true))
                .withMessageContaining("other.example.com");
    }

    @Test
    void isValidForTheLongestName() throws Exception {
        assertThat(LONGEST_NAME).hasSize(253);

        handshake(ca.mint(LONGEST_NAME), LONGEST_NAME, true);
    }

    @Test
    void isWorthNothingUnderAnotherSandboxesCa(@TempDir Path elsewhere) throws Exception {
        SandboxCa other = SandboxCa.openOrCreate(
                elsewhere, new SandboxRef("agents", "claude", "uid-1"), Clock.systemUTC(), new SecureRandom());
        Leaf leaf = ca.mint("api.example.com");

        assertThat(validates(leaf.certificate(), ca.certificate(), Instant.now()))
                .isTrue();
        assertThat(validates(leaf.certificate(), other.certificate(), Instant.now()))
                .isFalse();
    }

    @Test
    void isValidFromAnHourAgoToItsEnd() throws Exception {
        X509Certificate leaf = ca.mint("api.example.com").certificate();
        Instant now = Instant.now();

        assertThat(validates(leaf, ca.certificate(), now.minus(Duration.ofMinutes(59))))
                .isTrue();
        assertThat(validates(leaf, ca.certificate(), now.minus(Duration.ofMinutes(61))))
                .isFalse();
        assertThat(validates(leaf, ca.certificate(), now.plus(Duration.ofHours(23))))
                .isTrue();
        assertThat(validates(leaf, ca.certificate(), now.plus(Duration.ofHours(25))))
                .isFalse();
    }

    @Test
    void neverOutlivesItsCa(@TempDir Path elsewhere) throws IOException {
        SettableClock clock = new SettableClock(Instant.parse("2045-03-01T00:00:00Z"));
        SandboxCa old = SandboxCa.openOrCreate(
                elsewhere, new SandboxRef("agents", "claude", "uid-1"), clock, new SecureRandom());
        Instant end = old.certificate().getNotAfter().toInstant();
        clock.advance(Duration.between(clock.instant(), end).minusHours(2));

        assertThat(end.atZone(ZoneOffset.UTC).getYear()).isEqualTo(2055);
        assertThat(old.mint("api.example.com").certificate().getNotAfter().toInstant())
                .isEqualTo(end);
    }

    @Test
    void isReadAlikeByAnotherImplementation() throws Exception {
        X509CertificateHolder issuer =
                new X509CertificateHolder(ca.certificate().getEncoded());
        for (String host : randomHosts(200)) {
            X509CertificateHolder leaf =
                    new X509CertificateHolder(ca.mint(host).certificate().getEncoded());

            assertThat(leaf.isSignatureValid(new JcaContentVerifierProviderBuilder().build(issuer)))
                    .isTrue();
            assertThat(leaf.getExtension(Extension.basicConstraints).getParsedValue())
                    .isEqualTo(new BasicConstraints(false).toASN1Primitive());
            assertThat(KeyUsage.fromExtensions(leaf.getExtensions()).hasUsages(KeyUsage.digitalSignature))
                    .isTrue();
            assertThat(ExtendedKeyUsage.fromExtensions(leaf.getExtensions()).getUsages())
                    .containsExactly(KeyPurposeId.id_kp_serverAuth);
            GeneralName[] names = GeneralNames.fromExtensions(leaf.getExtensions(), Extension.subjectAlternativeName)
                    .getNames();
            assertThat(names).hasSize(1);
            assertThat(names[0].getName()).hasToString(host);
            assertThat(AuthorityKeyIdentifier.fromExtensions(leaf.getExtensions())
                            .getKeyIdentifierOctets())
                    .isEqualTo(SubjectKeyIdentifier.fromExtensions(issuer.getExtensions())
                            .getKeyIdentifier());
        }
    }

    @ParameterizedTest
    @CsvSource({"api.example.com, -verify_hostname", "1.2.3.4, -verify_ip", "2001:db8::1, -verify_ip"})
    void isTakenByOpenSslInStrictMode(String host, String check) throws Exception {
        Path root = Files.write(
                directory.resolve("root.crt"),
                Pem.encode(new Pem.Block("CERTIFICATE", ca.certificate().getEncoded())));
        Path leaf = Files.write(
                directory.resolve("leaf.crt"),
                Pem.encode(
                        new Pem.Block("CERTIFICATE", ca.mint(host).certificate().getEncoded())));
        List<String> verify = List.of(
                "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", root.toString(), check);

        assertThat(run(verify, host, leaf)).startsWith(leaf + ": OK");
        assertThat(run(verify, check.equals("-verify_ip") ? "1.2.3.5" : "other.example.com", leaf))
                .contains("mismatch");
        assertThat(run(List.of("openssl", "verify", "-x509_strict", "-CAfile", root.toString()), root))
                .startsWith(root + ": OK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                "*.example.com",
                "a b",
                "-a.example",
                "a\u0000b",
                "bücher.example",
                "host:443",
                "1.2.3",
                "1.2.3.4.",
                "0x7f.1",
                "127.1",
                "01.2.3.4",
                "fe80::1%eth0",
                "[1.2.3.4]",
                "[]",
                ":",
                "::g",
                "1:2",
                "user@host"
            })
    void isNotMintedForWhatIsNoHost(String host) {
        assertThatIllegalArgumentException().isThrownBy(() -> ca.mint(host)).withMessageNotContaining("user");
    }

    @Test
    void tellsNothingOfItsKey() {
        Leaf leaf = ca.mint("api.example.com");

        assertThat(leaf.toString()).startsWith("Leaf[serial=").hasSizeLessThan(100);
        assertThat(ca.toString()).isEqualTo("SandboxCa[" + ca.certificate().getSubjectX500Principal() + "]");
    }

    private static List<String> randomHosts(int count) {
        long seed = new SecureRandom().nextLong();
        System.out.println("Hosts are random with seed " + seed);
        Random random = new Random(seed);
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder host = new StringBuilder();
            int labels = 1 + random.nextInt(4);
            for (int label = 0; label < labels; label++) {
                int length = 1 + random.nextInt(58);
                for (int at = 0; at < length; at++) {
                    host.append("abcdefghijklmnopqrstuvwxyz0123456789".charAt(random.nextInt(36)));
                }
                host.append('.');
            }
            hosts.add(host + "example");
        }
        return hosts;
    }

    @SuppressWarnings("JavaUtilDate") // what PKIXParameters takes
    private static boolean validates(X509Certificate leaf, X509Certificate root, Instant at) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        try {
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
            return true;
        } catch (java.security.cert.CertPathValidatorException e) {
            return false;
        }
    }

    /** A whole TLS handshake in memory, in which a client that trusts only the CA validates the leaf for the host. */
    private void handshake(Leaf leaf, String host, boolean identify) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("leaf", leaf.privateKey(), new char[0], new X509Certificate[] {leaf.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, new char[0]);
        SSLContext server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);

        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", ca.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);

        SSLEngine serverEngine = server.createSSLEngine();
        serverEngine.setUseClientMode(false);
        SSLEngine clientEngine = client.createSSLEngine(host, 443);
        clientEngine.setUseClientMode(true);
        if (identify) {
            SSLParameters parameters = clientEngine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            clientEngine.setSSLParameters(parameters);
        }
        ByteBuffer toServer = ByteBuffer.allocate(64 * 1024);
        ByteBuffer toClient = ByteBuffer.allocate(64 * 1024);
        int rounds = 0;
        while (isHandshaking(clientEngine) || isHandshaking(serverEngine)) {
            step(clientEngine, toClient, toServer);
            step(serverEngine, toServer, toClient);
            assertThat(++rounds).isLessThan(100);
        }
        assertThat(clientEngine.getSession().getPeerCertificates()).containsExactly(leaf.certificate());
    }

    private static boolean isHandshaking(SSLEngine engine) {
        return engine.getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL")
                || (engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                        && engine.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.FINISHED);
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    in.flip();
                    SSLEngineResult result = engine.unwrap(in, ByteBuffer.allocate(64 * 1024));
                    in.compact();
                    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                        return;
                    }
                }
                case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
                default -> {
                    if (engine.getUseClientMode()
                            && engine.getSession().getCipherSuite().equals("SSL_NULL_WITH_NULL_NULL")) {
                        engine.beginHandshake();
                    } else if (in.position() > 0) {
                        in.flip();
                        engine.unwrap(in, ByteBuffer.allocate(64 * 1024));
                        in.compact();
                        return;
                    } else {
                        return;
                    }
                }
            }
        }
    }

    private static String run(List<String> command, Object... arguments) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(command);
        for (Object argument : arguments) {
            whole.add(argument.toString());
        }
        Process process;
        try {
            process = new ProcessBuilder(whole).redirectErrorStream(true).start();
        } catch (IOException e) {
            Assumptions.abort("openssl isn't installed");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
