package dev.sallyport.sidecar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.sidecar.audit.verify.AuditMain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogIT {

    @TempDir
    Path directory;

    @Test
    void the_chain_goes_on_over_restarts_whatever_the_requests_hold() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int run = 0; run < 3; run++) {
            try (AuditLog log = open(out)) {
                for (int i = 0; i < 5; i++) {
                    record(log, "/p\r\n\u0000\ud800\u00e4" + i);
                }
            }
        }

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(21);
        assertThat(verified(out, "--strict")).startsWith("ok: 21 records, 15 requests");
    }

    @Test
    void a_hundred_thousand_lines_of_several_threads_are_all_there_once_and_in_each_threads_order() throws Exception {
        int threads = 4;
        int each = 25_000;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AuditLog log = open(out, 1024);
        try (log) {
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String prefix = "/" + t + "/";
                writers.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < each; i++) {
                        record(log, prefix + i);
                    }
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
        }

        int[] next = new int[threads];
        out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(AuditLogIT::read)
                .flatMap(record -> record.request().stream())
                .forEach(request -> {
                    String[] path = request.path().orElseThrow().split("/", 3);
                    assertThat(Integer.parseInt(path[2])).isEqualTo(next[Integer.parseInt(path[1])]++);
                });
        assertThat(next).containsOnly(each);
        assertThat(verified(out, "--strict", "--head", log.head().toString()))
                .startsWith("ok: 100002 records, 100000 requests");
    }

    @Test
    void a_lone_line_is_written_at_once_and_lines_after_it_soon() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AuditLog log = open(out)) {
            for (int i = 1; i <= 3; i++) {
                record(log, "/");
                int lines = 1 + i;
                Awaitility.await()
                        .atMost(Duration.ofSeconds(5))
                        .until(() ->
                                out.toString(StandardCharsets.UTF_8).lines().count() == lines);
            }
        }
    }

    @Test
    void a_blocked_output_runs_out_of_room_and_recovers() throws Exception {
        CountDownLatch unblocked = new CountDownLatch(1);
        OutputStream blocked = new OutputStream() {
            @Override
            public void write(int octet) {
                try {
                    unblocked.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        try (AuditLog log = new AuditLog(blocked, directory.resolve("chain"), 4, Clock.systemUTC())) {
            for (int i = 0; i < 4; i++) {
                assertThat(log.tryReserve()).isTrue();
                log.record(Instant.EPOCH, request("/"));
            }
            assertThat(log.tryReserve()).isFalse();

            unblocked.countDown();

            Awaitility.await().until(() -> log.load() == 0);
            assertThat(log.tryReserve()).isTrue();
        }
    }

    @Test
    void a_blocked_output_loses_no_line_and_holds_back_no_caller() throws Exception {
        CountDownLatch unblocked = new CountDownLatch(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int from, int length) {
                try {
                    unblocked.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                super.write(bytes, from, length);
            }
        };
        int refused = 0;
        try (AuditLog log = open(out, 100)) {
            for (int i = 0; i < 1000; i++) {
                if (log.tryReserve()) {
                    log.record(Instant.EPOCH, request("/" + i));
                } else {
                    refused++;
                }
            }

            unblocked.countDown();
        }

        assertThat(refused).isEqualTo(900);
        assertThat(verified(out, "--strict")).startsWith("ok: 102 records, 100 requests");
    }

    @Test
    void a_broken_output_refuses_everything() throws Exception {
        try (AuditLog log = open(new BreakingOutput(new ByteArrayOutputStream(), 0))) {
            Awaitility.await().until(log::hasFailed);

            assertThat(log.tryReserve()).isFalse();
        }
    }

    @Test
    void what_a_broken_output_took_with_it_shows_as_numbers_left_out() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AuditLog log = open(new BreakingOutput(out, 5_000))) {
            for (int i = 0; i < 16; i++) {
                assertThat(log.tryReserve()).isTrue();
            }
            // Once the first of them are written, the output breaks and no more can be reserved.
            for (int i = 0; i < 16; i++) {
                log.record(Instant.EPOCH, request("/" + "x".repeat(500)));
            }
            Awaitility.await().until(log::hasFailed);
        }
        assertThat(out.size()).isEqualTo(5_000);

        open(out).close();

        // A start and sixteen requests were promised.
        assertThat(startsAfterTheFirst(out))
                .singleElement()
                .satisfies(start -> assertThat(start.sequence()).isEqualTo(18));
        assertThat(verified(out))
                .contains("note: Killed: the proxy had been killed: the line before this one is the beginning");
    }

    @Test
    void requests_that_were_under_way_when_the_process_ended_show_as_numbers_left_out() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (AuditLog log = open(out)) {
            record(log, "/");
            assertThat(log.tryReserve()).isTrue();
            assertThat(log.tryReserve()).isTrue();
        }

        open(out).close();

        assertThat(startsAfterTheFirst(out))
                .singleElement()
                .satisfies(start -> assertThat(start.sequence()).isEqualTo(6));
        assertThat(verified(out))
                .contains(
                        "note: Killed: the proxy had been killed: numbers 4 to 5 were left out; up to as many requests have no line");
    }

    @Test
    void the_head_is_the_last_line() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AuditLog log = open(out);
        record(log, "/");
        log.close();

        String last = out.toString(StandardCharsets.UTF_8).lines().toList().getLast();
        assertThat(log.head())
                .isEqualTo(new AuditHead(
                        3,
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256")
                                        .digest(last.getBytes(StandardCharsets.UTF_8)))));
        assertThat(log.tryReserve()).isFalse();
    }

    @Test
    void a_killed_writer_leaves_its_numbers_out() throws Exception {
        Path file = directory.resolve("chain");
        try (ChainFile chain = new ChainFile(file)) {
            for (int i = 0; i < 9; i++) {
                chain.promise();
            }
            chain.begin(3);
            chain.end(3, new byte[32]);
            chain.begin(7);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        open(out).close();

        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("\n");
        AuditRecord started =
                read(out.toString(StandardCharsets.UTF_8).lines().toList().get(1));
        assertThat(started.event()).isEqualTo(AuditRecord.Event.PROXY_STARTED);
        assertThat(started.sequence()).isEqualTo(10);
        assertThat(started.previous()).isEqualTo(AuditRecord.NO_PREVIOUS);
    }

    private AuditLog open(OutputStream out) throws IOException {
        return open(out, 16);
    }

    private AuditLog open(OutputStream out, int capacity) throws IOException {
        return new AuditLog(out, directory.resolve("chain"), capacity, Clock.systemUTC());
    }

    private static void record(AuditLog log, String path) {
        while (!log.tryReserve()) {
            Thread.onSpinWait();
        }
        log.record(Instant.EPOCH, request(path));
    }

    /** What {@code sallyport-audit verify} says of the log that it must not find broken. */
    private String verified(ByteArrayOutputStream out, String... options) throws IOException {
        StringWriter said = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of("verify"));
        arguments.addAll(List.of(options));
        arguments.add(Files.write(directory.resolve("log"), out.toByteArray()).toString());
        int exit =
                AuditMain.commandLine().setOut(new PrintWriter(said, true)).execute(arguments.toArray(String[]::new));
        assertThat(exit).as(said.toString()).isZero();
        return said.toString();
    }

    private static List<AuditRecord> startsAfterTheFirst(ByteArrayOutputStream out) {
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("ProxyStarted") && line.endsWith("}"))
                .skip(1)
                .map(AuditLogIT::read)
                .toList();
    }

    private static AuditRecord read(String line) {
        try {
            return StrictJson.read(line.getBytes(StandardCharsets.UTF_8), AuditRecord.class);
        } catch (InvalidJsonException e) {
            throw new AssertionError(line, e);
        }
    }

    static AuditedRequest request(String path) {
        return new AuditedRequest(
                "id",
                AuditedRequest.Form.BASE_URL,
                AuditedRequest.Protocol.HTTP_1_1,
                "GET",
                Optional.of("h"),
                Optional.of(path),
                Optional.empty(),
                Optional.of("r"),
                OptionalInt.empty(),
                AuditedRequest.Decision.ALLOWED,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(200),
                0,
                0,
                OptionalLong.empty(),
                1);
    }

    /** Takes some bytes, and then no more. */
    private static final class BreakingOutput extends OutputStream {

        private final OutputStream to;
        private int left;

        BreakingOutput(OutputStream to, int left) {
            this.to = to;
            this.left = left;
        }

        @Override
        public void write(int octet) throws IOException {
            if (left == 0) {
                throw new IOException("gone");
            }
            left--;
            to.write(octet);
        }
    }
}
