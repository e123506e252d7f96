package dev.sallyport.sidecar.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client program that does tasks as it is told, one after the other, on the connections that it keeps. */
final class Driver implements AutoCloseable {

    private static final String END = "ended";

    private final Process process;
    private final Path errors;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private boolean between = true;

    Driver(Agent agent, List<String> command) throws IOException {
        errors = Files.createTempFile(agent.home(), "driver", ".err");
        process = agent.start(command, errors);
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // It was ended.
        }
        lines.add(END);
    }

    /** Whether it waits for a task: it has neither failed to end one nor ended itself. */
    boolean isReady() {
        return between && process.isAlive();
    }

    /** Begins a task. */
    Driver begin(String... fields) throws IOException {
        between = false;
        var in = process.getOutputStream();
        in.write((String.join("\t", fields) + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
        return this;
    }

    /** Waits for the next line, which must be this one. */
    void expect(String line) throws InterruptedException {
        String next = next();
        if (!next.equals(line)) {
            throw failure("said \"" + next + "\", not \"" + line + "\"");
        }
    }

    /** Waits for the task's end, which must be good, and gives what it came to. */
    Map<String, String> done() throws InterruptedException {
        return end("done");
    }

    /** Waits for the task's end, which must be a failure, and gives what the program said of it. */
    String failed() throws InterruptedException {
        return end("failed").getOrDefault("error", "");
    }

    private Map<String, String> end(String kind) throws InterruptedException {
        String line = next();
        String[] fields = line.split("\t", -1);
        if (!fields[0].equals(kind)) {
            throw failure("said \"" + line + "\", not " + kind);
        }
        between = true;
        Map<String, String> result = new LinkedHashMap<>();
        for (int i = 1; i < fields.length; i++) {
            String[] pair = fields[i].split("=", 2);
            result.put(pair[0], pair.length == 2 ? pair[1] : "");
        }
        return result;
    }

    private String next() throws InterruptedException {
        String line = lines.poll(Agent.SECONDS, TimeUnit.SECONDS);
        if (line == null || line.equals(END)) {
            throw failure(line == null ? "said nothing for " + Agent.SECONDS + " s" : "ended");
        }
        return line;
    }

    private AssertionError failure(String what) {
        close();
        try {
            return new AssertionError("the client " + what + "\n" + Files.readString(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
