package dev.sallyport.bench.proxy;

import dev.sallyport.bench.origin.Origin;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A proxy that runs, from its start until it is closed. */
public final class ProxyProcess implements AutoCloseable {

    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final Duration START = Duration.ofSeconds(60);
    private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured)\\s+total \\d+K, used (\\d+)K");

    private final Process process;
    private final Path directory;
    private final AuditLines lines;
    private final Duration startup;

    /**
     * Starts one and waits until it is ready.
     *
     * @param work where its files go, in a directory of its own
     * @throws IOException if it does not become ready; its standard error is then in the message
     */
    public ProxyProcess(ProxyLaunch launch, Path work) throws IOException, InterruptedException {
        directory = Files.createTempDirectory(work, "proxy");
        Files.createDirectories(directory.resolve("credentials/bench"));
        Files.writeString(directory.resolve("credentials/bench/token"), BenchConfig.SECRET);
        Files.writeString(directory.resolve("config.json"), BenchConfig.text(launch.originAuthority()));
        // With the dot too: the proxy asks for absolute names.
        Files.writeString(
                directory.resolve("hosts"), launch.originAddress() + " " + Origin.HOST + " " + Origin.HOST + ".\n");
        long begun = System.nanoTime();
        process = new ProcessBuilder(command(launch))
                .redirectError(errors().toFile())
                .start();
        // A bench that is interrupted leaves no proxy behind.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        lines = new AuditLines(process.getInputStream());
        try {
            awaitReady(begun);
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
        startup = Duration.ofNanos(System.nanoTime() - begun);
    }

    private List<String> command(ProxyLaunch launch) {
        List<String> command = new ArrayList<>();
        command.add(JAVA_HOME.resolve("bin/java").toString());
        command.add("@" + launch.options());
        // What the container's limits make of it.
        command.add("-XX:MaxRAM=" + launch.memory());
        command.add("-XX:ActiveProcessorCount=" + launch.processors());
        // Full collections are asked for from outside.
        command.add("-XX:-DisableAttachMechanism");
        command.add("-Djdk.net.hosts.file=" + directory.resolve("hosts"));
        command.addAll(launch.extra());
        command.addAll(List.of("-cp", launch.lib() + "/*", "dev.sallyport.sidecar.main.ProxyMain"));
        command.addAll(List.of("--config", directory.resolve("config.json").toString()));
        command.addAll(List.of("--credentials", directory.resolve("credentials").toString()));
        command.addAll(List.of("--state", directory.resolve("state").toString()));
        command.addAll(List.of("--trust", directory.resolve("trust").toString()));
        command.addAll(List.of("--port", Integer.toString(ProxyLaunch.PORT)));
        command.addAll(List.of("--admin-port", Integer.toString(ProxyLaunch.ADMIN_PORT)));
        command.addAll(List.of(
                "--termination-message", directory.resolve("termination").toString()));
        return command;
    }

    private void awaitReady(long begun) throws IOException, InterruptedException {
        try (HttpClient admin = HttpClient.newHttpClient()) {
            HttpRequest question = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + ProxyLaunch.ADMIN_PORT + "/readyz"))
                    .timeout(START)
                    .build();
            while (System.nanoTime() - begun < START.toNanos() && process.isAlive()) {
                try {
                    if (admin.send(question, BodyHandlers.ofString()).statusCode() == 200) {
                        return;
                    }
                } catch (java.net.ConnectException e) {
                    // Not yet.
                }
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
        throw new IOException("the proxy is not ready: " + Files.readString(errors()));
    }

    /** From the start of the process until it said that it is ready. */
    public Duration startup() {
        return startup;
    }

    /** What its agent is to trust. */
    public Path authority() {
        return directory.resolve("trust/sandbox-ca.crt");
    }

    /** Lines of its audit log so far. */
    public long auditLines() {
        return lines.count();
    }

    /** Prints how many lines of its operational log so far are warnings or worse, and the first of them. */
    public void printComplaints(PrintStream out) throws IOException {
        try (Stream<String> log = Files.lines(errors(), StandardCharsets.UTF_8)) {
            List<String> complaints =
                    log.filter(line -> !line.contains("\"level\":\"INFO\"")).toList();
            out.println("Lines above INFO in the proxy's log: " + complaints.size());
            complaints.stream().limit(5).forEach(line -> out.println("  " + line));
        }
    }

    /** What it takes now. */
    public Figures figures() throws IOException {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        String status = Files.readString(proc.resolve("status"));
        try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
            return new Figures(
                    1024 * field(status, "VmRSS"),
                    1024 * field(status, "VmHWM"),
                    1024 * field(status, "RssAnon"),
                    (int) field(status, "Threads"),
                    (int) files.count());
        }
    }

    /** Seconds of processor time that it took so far. */
    public double processorSeconds() {
        return process.toHandle()
                .info()
                .totalCpuDuration()
                .map(used -> used.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    /** Makes the present memory its peak (proc_pid_clear_refs(5)). */
    public void forgetPeak() throws IOException {
        Files.writeString(Path.of("/proc", Long.toString(process.pid()), "clear_refs"), "5");
    }

    /** Collects all garbage; returns the bytes of the heap that are in use after it. */
    public long liveHeap() throws IOException {
        Process jcmd = new ProcessBuilder(
                        JAVA_HOME.resolve("bin/jcmd").toString(), Long.toString(process.pid()), "GC.run\nGC.heap_info")
                .redirectErrorStream(true)
                .start();
        String answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        long kibibytes = 0;
        Matcher generation = USED.matcher(answer);
        int generations = 0;
        while (generation.find()) {
            kibibytes += Long.parseLong(generation.group(1));
            generations++;
        }
        if (generations != 2) {
            throw new IOException("jcmd answers otherwise than thought: " + answer);
        }
        return 1024 * kibibytes;
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The end of its standard error, for when it does not run any more. */
    public String lastWords() throws IOException {
        String all = Files.readString(errors());
        return all.substring(Math.max(0, all.length() - 2000));
    }

    private Path errors() {
        return directory.resolve("stderr");
    }

    private static long field(String status, String name) throws IOException {
        Matcher line =
                Pattern.compile("^" + name + ":\\s+(\\d+)", Pattern.MULTILINE).matcher(status);
        if (!line.find()) {
            throw new IOException("no " + name + " in the process's status");
        }
        return Long.parseLong(line.group(1));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
