package dev.sallyport.standin.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CertificateAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final CertificateAuthority authority = CertificateAuthority.create(InstantSource.fixed(NOW));

    @Test
    void issuesACertificateThatItsRootVouchesFor() {
        var leaf = parse(authority.issue(List.of("api.example.com")).certificateChain());

        assertThatCode(() -> validate(leaf, NOW)).doesNotThrowAnyException();
    }

    @Test
    void namesHostsAndAddresses() throws Exception {
        var leaf = parse(
                authority.issue(List.of("api.example.com", "127.0.0.1", "::1")).certificateChain());

        assertThat(leaf.getSubjectAlternativeNames())
                .containsExactlyInAnyOrder(
                        List.of(2, "api.example.com"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1"));
    }

    @Test
    void limitsALeafToServingAndTheRootToSigning() throws Exception {
        var root = parse(authority.certificate());
        var leaf = parse(authority.issue(List.of("localhost")).certificateChain());

        assertThat(root.getBasicConstraints()).isZero();
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(leaf.getSerialNumber()).isPositive().isNotEqualTo(root.getSerialNumber());
    }

    @Test
    void issuesAnExpiredCertificateForThoseWhoWantOne() {
        var expired = parse(authority
                .issue(List.of("localhost"), NOW.minus(Duration.ofDays(2)), NOW.minus(Duration.ofDays(1)))
                .certificateChain());

        assertThatThrownBy(() -> validate(expired, NOW))
                .isInstanceOf(CertPathValidatorException.class)
                .hasCauseInstanceOf(CertificateExpiredException.class);
    }

    @Test
    void isNotTrustedByThoseWhoTrustAnotherOne() {
        var stranger = CertificateAuthority.create(InstantSource.fixed(NOW));
        var leaf = parse(stranger.issue(List.of("localhost")).certificateChain());

        assertThatThrownBy(() -> validate(leaf, NOW)).isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void keepsThePrivateKeyOutOfItsText() {
        var identity = authority.issue(List.of("localhost"));

        assertThat(identity.privateKey()).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(identity.toString()).doesNotContain("BEGIN");
    }

    private void validate(X509Certificate leaf, Instant at) throws GeneralSecurityException {
        var parameters = new PKIXParameters(Set.of(new TrustAnchor(parse(authority.certificate()), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    private static X509Certificate parse(String pem) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
