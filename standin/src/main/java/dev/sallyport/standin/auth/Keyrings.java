package dev.sallyport.standin.auth;

import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;

/** Every provider's real keys. */
public final class Keyrings {
    private final Map<Provider, Keyring> rings;

    /** A provider that is not in the map has no good key. */
    public Keyrings(Map<Provider, Keyring> rings) {
        this.rings = new EnumMap<>(Provider.class);
        for (var provider : Provider.values()) {
            this.rings.put(provider, rings.getOrDefault(provider, Keyring.empty()));
        }
    }

    /** The real keys of this provider. */
    public Keyring of(Provider provider) {
        return rings.getOrDefault(provider, Keyring.empty());
    }

    /** Says whose key this is, if anybody's. */
    public SeenCredential identify(Credential credential) {
        for (var entry : rings.entrySet()) {
            int line = entry.getValue().lineOf(credential.value());
            if (line != Keyring.NONE) {
                return new SeenCredential(credential.carrier(), entry.getKey(), line, fingerprint(credential.value()));
            }
        }
        return new SeenCredential(credential.carrier(), null, Keyring.NONE, fingerprint(credential.value()));
    }

    private static String fingerprint(String value) {
        return HexFormat.of().formatHex(Sha256.of(value), 0, 6);
    }
}
