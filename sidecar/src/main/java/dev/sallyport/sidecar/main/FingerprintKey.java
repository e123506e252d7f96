package dev.sallyport.sidecar.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key of the fingerprints, made once for a state directory, so that fingerprints survive a restart. */
final class FingerprintKey {

    private static final int BYTES = 32;
    private static final String HMAC = "HmacSHA256";

    private FingerprintKey() {}

    static Mac mac(Path file) throws IOException {
        byte[] key = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        if (key.length != BYTES) {
            key = new byte[BYTES];
            new SecureRandom().nextBytes(key);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, key);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has HMAC-SHA256", e);
        }
    }
}
