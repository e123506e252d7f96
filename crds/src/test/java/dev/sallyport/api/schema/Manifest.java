package dev.sallyport.api.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A manifest: one of {@code accepted/} in {@code src/test/resources} or of the examples, or one of {@code refused/} with a line
 * {@code # refused: FIELD: MESSAGE} for each complaint that the API server must make about it.
 */
record Manifest(Path file, String yaml) {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final Path EXAMPLES = Path.of("../examples");
    private static final String COMPLAINT = "# refused: ";

    static Stream<Manifest> accepted() {
        return Stream.concat(in("accepted"), examples());
    }

    private static Stream<Manifest> examples() {
        try (Stream<Path> directories = Files.list(EXAMPLES)) {
            return directories
                    .map(directory -> directory.resolve("sandbox.yaml"))
                    .filter(Files::exists)
                    .sorted()
                    .map(Manifest::read)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Manifest> refused() {
        return in("refused");
    }

    /** What the API server says; the beginning of each complaint. */
    List<String> complaints() {
        return yaml.lines()
                .filter(line -> line.startsWith(COMPLAINT))
                .map(line -> line.substring(COMPLAINT.length()))
                .toList();
    }

    @Override
    public String toString() {
        return file.startsWith(EXAMPLES)
                ? EXAMPLES.relativize(file).toString()
                : file.getFileName().toString();
    }

    private static Stream<Manifest> in(String directory) {
        try (Stream<Path> files = Files.list(RESOURCES.resolve(directory))) {
            return files.sorted().map(Manifest::read).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifest read(Path file) {
        try {
            return new Manifest(file, Files.readString(file, UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
