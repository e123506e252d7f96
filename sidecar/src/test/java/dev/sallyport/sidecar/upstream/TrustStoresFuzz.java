package dev.sallyport.sidecar.upstream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Whoever is trusted besides the public roots is in the text, whole; a text is refused in the one way, or adds somebody. */
class TrustStoresFuzz {

    private static final Set<X509Certificate> ROOTS = issuers(Optional.empty());

    @FuzzTest
    void nobody_is_trusted_who_is_not_in_the_text(byte[] bytes) throws Exception {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Set<X509Certificate> trusted;
        try {
            trusted = new HashSet<>(Set.of(TrustStores.trust(Optional.of(text)).getAcceptedIssuers()));
        } catch (GeneralSecurityException refused) {
            return;
        }
        require(trusted.containsAll(ROOTS), "a root is gone");
        trusted.removeAll(ROOTS);
        String letters = text.replaceAll("[^A-Za-z0-9+/]", "");
        for (X509Certificate added : trusted) {
            // Of a bundle in PKCS #7 all parts are somewhere in one encoded whole.
            require(text.contains("PKCS7") || letters.contains(encoded(added)), "trusted out of nowhere");
        }
        require(
                !trusted.isEmpty() || ROOTS.stream().anyMatch(root -> isIn(letters, root)),
                "accepted, and adds nobody");
    }

    private static boolean isIn(String letters, X509Certificate certificate) {
        try {
            return letters.contains(encoded(certificate));
        } catch (CertificateEncodingException e) {
            return false;
        }
    }

    /** But for its end, which may be spelt in several ways (RFC 4648, section 3.5). */
    private static String encoded(X509Certificate certificate) throws CertificateEncodingException {
        String all = Base64.getEncoder().encodeToString(certificate.getEncoded());
        return all.substring(0, all.length() - 4);
    }

    private static Set<X509Certificate> issuers(Optional<String> additional) {
        try {
            return Set.of(TrustStores.trust(additional).getAcceptedIssuers());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
