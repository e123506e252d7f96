package dev.sallyport.standin.auth;

import org.jspecify.annotations.Nullable;

/**
 * What is known about a credential that a request presented, without the credential.
 *
 * @param provider whose real key it is; null if nobody's
 * @param line which of the provider's keys it is, from 1; 0 if it is nobody's
 * @param fingerprint the first 12 hexadecimal digits of its SHA-256: tells two dummies apart
 */
public record SeenCredential(Carrier carrier, @Nullable Provider provider, int line, String fingerprint) {
    /** Whether it is a real key. */
    public boolean real() {
        return provider != null;
    }
}
