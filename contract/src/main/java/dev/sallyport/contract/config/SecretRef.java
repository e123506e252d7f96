package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.sallyport.contract.json.Require;

/**
 * Names one value of one Kubernetes Secret. The proxy finds it in the file {@code <secret>/<key>} below its credentials
 * directory.
 *
 * @param secret the Secret's name, a DNS subdomain (RFC 1123)
 * @param key the key in its data: letters, digits, {@code -}, {@code _} and {@code .}, at most 253, not {@code .} nor
 *     {@code ..} prefixed
 */
public record SecretRef(String secret, String key) {

    public SecretRef {
        Require.that(
                Require.present(secret, "secret").matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?") && secret.length() <= 253,
                "secret: not the name of a Secret");
        Require.that(
                Require.present(key, "key").matches("[-._a-zA-Z0-9]{1,253}")
                        && !key.equals(".")
                        && !key.startsWith(".."),
                "key: not a key of a Secret");
    }

    /** How the audit log, the status and people call it: {@code secret/key}. */
    @JsonIgnore
    public String display() {
        return secret + "/" + key;
    }
}
