package dev.sallyport.sidecar.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A certificate authority made by the JDK's keytool, once a JVM. */
public final class TestAuthority {

    public static final String PASSWORD = "changeit";

    private static final Path DIRECTORY = directory();
    private static final Map<String, Path> LEAVES = new ConcurrentHashMap<>();

    private TestAuthority() {}

    /** The authority's certificate. */
    public static String pem() {
        try {
            return Files.readString(DIRECTORY.resolve("ca.pem"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A PKCS#12 store with a key and a certificate for these alternative names, such as {@code dns:api.test}. */
    public static Path leaf(String alternativeNames) {
        return LEAVES.computeIfAbsent(alternativeNames, names -> {
            String alias = "leaf-" + LEAVES.size() + "-" + Integer.toHexString(names.hashCode());
            Path store = DIRECTORY.resolve(alias + ".p12");
            keytool(store, "-genkeypair", "-alias", alias, "-keyalg", "EC", "-dname", "CN=" + alias);
            keytool(store, "-certreq", "-alias", alias, "-file", path(alias + ".csr"));
            keytool(
                    DIRECTORY.resolve("ca.p12"),
                    "-gencert",
                    "-alias",
                    "ca",
                    "-infile",
                    path(alias + ".csr"),
                    "-outfile",
                    path(alias + ".pem"),
                    "-rfc",
                    "-ext",
                    "san=" + names);
            keytool(store, "-importcert", "-noprompt", "-alias", "ca", "-file", path("ca.pem"));
            keytool(store, "-importcert", "-noprompt", "-alias", alias, "-file", path(alias + ".pem"));
            return store;
        });
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("sallyport-test-ca");
            Path store = directory.resolve("ca.p12");
            keytool(store, "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=test", "-ext", "bc:c=ca:true");
            keytool(
                    store,
                    "-exportcert",
                    "-rfc",
                    "-alias",
                    "ca",
                    "-file",
                    directory.resolve("ca.pem").toString());
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String path(String name) {
        return DIRECTORY.resolve(name).toString();
    }

    private static void keytool(Path store, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-validity",
                "30",
                "-J-XX:TieredStopAtLevel=1"));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
