package dev.sallyport.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that users of Sallyport run themselves, such as kubectl or helm, with the environment they would set. */
record Tool(String program, Map<String, String> environment) {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /**
     * What a program left behind.
     *
     * @param exitCode 0 for success
     * @param output standard output and standard error, as they came
     */
    record Result(int exitCode, String output) {}

    /** Runs it and gives what it printed; a failure is a failure of the test. */
    String run(String... arguments) {
        Result result = attempt("", arguments);
        if (result.exitCode() != 0) {
            throw new AssertionError(program + " " + String.join(" ", arguments) + " ended with " + result.exitCode()
                    + ":\n" + result.output());
        }
        return result.output();
    }

    /** Runs it with a standard input, and leaves it to the caller to judge how it ended. */
    Result attempt(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        try {
            Path stdin = Files.createTempFile("sallyport-e2e", ".in");
            Path stdout = Files.createTempFile("sallyport-e2e", ".out");
            try {
                Files.writeString(stdin, input);
                ProcessBuilder builder = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(stdin.toFile())
                        .redirectOutput(stdout.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end within " + PATIENCE + ":\n"
                            + Files.readString(stdout));
                }
                return new Result(process.exitValue(), Files.readString(stdout, StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(stdin);
                Files.deleteIfExists(stdout);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
