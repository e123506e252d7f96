package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import dev.sallyport.sidecar.redact.Needles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;

/**
 * Secret values as files {@code <secret>/<key>} in a directory. Kubelet swaps a whole generation of them by one symbolic
 * link, {@code ..data}: all are read from what it pointed to, and read again if it was swapped meanwhile.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/storage/projected-volumes/">Kubernetes: projected volumes</a>
 */
public final class CredentialDirectory {

    /** The key by which a Secret binds itself to hosts. */
    static final String ALLOWED_HOSTS = "allowed-hosts";

    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_ATTEMPTS = 5;
    private static final String GENERATION = "..data";
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final Path directory;
    private final Fingerprints fingerprints;

    /** Reads below this directory, which need not be there yet. */
    public CredentialDirectory(Path directory, Fingerprints fingerprints) {
        this.directory = directory;
        this.fingerprints = fingerprints;
    }

    /**
     * Reads these values, all of one generation.
     *
     * @throws IOException if the directory changes faster than it can be read
     */
    public Credentials read(List<SecretRef> refs) throws IOException {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Map<String, Path> before = directories(refs);
            Map<SecretRef, SecretValue> values = new HashMap<>();
            for (SecretRef ref : refs) {
                values.put(ref, value(before.getOrDefault(ref.secret(), directory.resolve(ref.secret())), ref.key()));
            }
            if (before.equals(directories(refs))) {
                return new Credentials(refs, values);
            }
        }
        throw new IOException("the credentials change faster than they can be read");
    }

    /** Where each Secret's files really are, through the links of its generation. */
    private Map<String, Path> directories(List<SecretRef> refs) {
        Path root = generation(directory);
        Map<String, Path> directories = new HashMap<>();
        for (SecretRef ref : refs) {
            directories.computeIfAbsent(ref.secret(), secret -> generation(root.resolve(secret)));
        }
        return directories;
    }

    private static Path generation(Path mount) {
        try {
            return mount.resolve(GENERATION).toRealPath();
        } catch (IOException notSwapped) {
            return mount;
        }
    }

    private SecretValue value(Path secret, String key) {
        try {
            Optional<byte[]> read = bytes(secret.resolve(key));
            if (read.isEmpty()) {
                return new SecretValue.Unusable(
                        State.MISSING,
                        Files.isDirectory(secret)
                                ? "the Secret has no such key"
                                : "the Secret is not there, or not mounted yet");
            }
            return judged(read.get(), allowedHosts(secret));
        } catch (IOException | IllegalArgumentException e) {
            return new SecretValue.Unusable(
                    State.INVALID,
                    e instanceof InvalidSecretException invalid
                            ? String.valueOf(invalid.getMessage())
                            : "the value cannot be read");
        }
    }

    private SecretValue judged(byte[] read, Optional<List<HostPattern>> allowedHosts) throws InvalidSecretException {
        byte[] value = withoutLineEnd(read);
        try {
            check(value);
            Secret secret = new Secret(value);
            List<String> messages = new ArrayList<>();
            if (value.length < read.length) {
                messages.add("a line end after the value was removed");
            }
            if (!secret.isMaskable()) {
                messages.add("it has fewer than " + Needles.SHORTEST + " or more than " + Needles.LONGEST
                        + " bytes, so it can't be masked in answers: as a key or password it goes only where"
                        + " redactResponses is None");
            }
            return new SecretValue.Usable(
                    secret,
                    fingerprints.of(secret),
                    allowedHosts,
                    messages.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", messages)));
        } finally {
            Arrays.fill(value, (byte) 0);
            Arrays.fill(read, (byte) 0);
        }
    }

    private static byte[] withoutLineEnd(byte[] read) {
        int length = read.length;
        if (length > 0 && read[length - 1] == '\n') {
            length--;
            if (length > 0 && read[length - 1] == '\r') {
                length--;
            }
        }
        return Arrays.copyOf(read, length);
    }

    private static void check(byte[] value) throws InvalidSecretException {
        InvalidSecretException.unless(value.length > 0, "the value is empty");
        for (byte octet : value) {
            InvalidSecretException.unless(
                    (octet & 0xff) >= 0x20 && octet != 0x7f, "the value has a control character, such as a line end");
        }
        InvalidSecretException.unless(
                value[0] != ' ' && value[value.length - 1] != ' ', "the value begins or ends with a space");
        InvalidSecretException.unless(
                !Arrays.equals(Arrays.copyOf(value, BYTE_ORDER_MARK.length), BYTE_ORDER_MARK),
                "the value begins with a byte order mark");
    }

    private static Optional<List<HostPattern>> allowedHosts(Path secret) throws IOException {
        Optional<byte[]> read = bytes(secret.resolve(ALLOWED_HOSTS));
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<HostPattern> patterns = new ArrayList<>();
        for (String line :
                new String(read.get(), StandardCharsets.UTF_8).lines().toList()) {
            if (!line.isBlank()) {
                try {
                    patterns.add(HostPattern.parse(line.strip()));
                } catch (IllegalArgumentException e) {
                    throw new InvalidSecretException("its key allowed-hosts has a line that is no host pattern");
                }
            }
        }
        return Optional.of(List.copyOf(patterns));
    }

    /** Empty: there is no such file. */
    private static Optional<byte[]> bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] read = in.readNBytes(MOST_BYTES + 1);
            InvalidSecretException.unless(read.length <= MOST_BYTES, "the value is larger than 64 KiB");
            return Optional.of(read);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static final class InvalidSecretException extends IOException {

        private static final long serialVersionUID = 1L;

        InvalidSecretException(String message) {
            super(message);
        }

        static void unless(boolean condition, String otherwise) throws InvalidSecretException {
            if (!condition) {
                throw new InvalidSecretException(otherwise);
            }
        }
    }

    /** Makes fingerprints with one key. */
    public interface Fingerprints {

        /** The value's keyed digest. */
        String of(Secret secret);

        /** Fingerprints by HMAC, whose key no one else has. The instance may be used by one thread at a time. */
        static Fingerprints by(Mac mac) {
            return secret -> secret.fingerprint(mac);
        }
    }
}
