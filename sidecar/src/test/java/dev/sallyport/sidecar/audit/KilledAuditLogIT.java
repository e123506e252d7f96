package dev.sallyport.sidecar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.sidecar.audit.verify.AuditMain;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed while they write as fast as they can, into a pipe that stands still in the middle of a line. */
class KilledAuditLogIT {

    private static final int KILLS = 4;

    /** So long that one batch of lines is far more than a pipe takes, and the writer stands still within one. */
    private static final String LONG_PATH = "/" + "x".repeat(2000);

    @TempDir
    Path directory;

    @Test
    void the_log_of_processes_killed_within_a_line_holds_and_its_left_out_numbers_are_known() throws Exception {
        Path log = directory.resolve("log");
        try (OutputStream all = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int kill = 0; kill < KILLS; kill++) {
                Process process = launch();
                try (InputStream lines = process.getInputStream()) {
                    all.write(lines.readNBytes(300_000 + 12_345 * kill));
                    // By its handle, as that leaves the pipe open; and to its end, as it would use the room made by
                    // reading.
                    assertThat(process.toHandle().destroyForcibly()).isTrue();
                    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
                    all.write(lines.readAllBytes());
                }
            }
            new AuditLog(all, directory.resolve("chain"), 16, Clock.systemUTC()).close();
        }

        StringWriter said = new StringWriter();
        int exit =
                AuditMain.commandLine().setOut(new PrintWriter(said, true)).execute("verify", "--json", log.toString());

        assertThat(exit).as(said.toString()).isZero();
        JsonNode verification = new ObjectMapper().readTree(said.toString());
        assertThat(verification.at("/findings").findValuesAsText("kind"))
                .hasSize(KILLS)
                .containsOnly("Killed");
        assertThat(verification.at("/findings/0/message").asText()).contains("is the beginning of one");
        JsonNode summary = verification.at("/summary");
        assertThat(summary.at("/starts").asInt()).isEqualTo(KILLS + 1);
        assertThat(summary.at("/requests").asInt()).isGreaterThan(400);
        assertThat(summary.at("/last/sequence").asLong())
                .isEqualTo(
                        summary.at("/records").asLong() + summary.at("/leftOut").asLong());
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledAuditLogIT.Writer.class.getName(),
                        directory.resolve("chain").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The process that is killed. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] args) throws IOException {
            AuditLog log =
                    new AuditLog(new FileOutputStream(FileDescriptor.out), Path.of(args[0]), 4096, Clock.systemUTC());
            for (int thread = 0; thread < 3; thread++) {
                Thread.ofPlatform().start(() -> {
                    while (true) {
                        if (log.tryReserve()) {
                            log.record(Instant.now(), AuditLogIT.request(LONG_PATH));
                        } else {
                            Thread.onSpinWait();
                        }
                    }
                });
            }
        }
    }
}
