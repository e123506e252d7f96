package dev.sallyport.sidecar.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.json.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
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
    void the_chain_goes_on_over_restarts() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int run = 0; run < 3; run++) {
            try (AuditLog log = new AuditLog(out, directory.resolve("chain"), 16, Clock.systemUTC())) {
                for (int i = 0; i < 5; i++) {
                    Awaitility.await().until(log::tryReserve);
                    log.record(Instant.EPOCH, request("/p\r\n\u0000\ud800\u00e4" + i));
                }
            }
        }

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(21);
        String previous = AuditRecord.NO_PREVIOUS;
        long sequence = 0;
        for (String line : lines) {
            AuditRecord record = StrictJson.read(line.getBytes(StandardCharsets.UTF_8), AuditRecord.class);
            assertThat(record.previous()).isEqualTo(previous);
            assertThat(record.sequence()).isEqualTo(++sequence);
            previous = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8)));
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
    void a_broken_output_refuses_everything() throws Exception {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int octet) throws java.io.IOException {
                throw new java.io.IOException("gone");
            }
        };
        try (AuditLog log = new AuditLog(broken, directory.resolve("chain"), 4, Clock.systemUTC())) {
            Awaitility.await().until(log::hasFailed);

            assertThat(log.tryReserve()).isFalse();
        }
    }

    @Test
    void a_killed_writer_leaves_its_numbers_out() throws Exception {
        Path file = directory.resolve("chain");
        try (ChainFile chain = new ChainFile(file)) {
            chain.begin(3);
            chain.end(3, new byte[32]);
            chain.begin(7);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        new AuditLog(out, file, 4, Clock.systemUTC()).close();

        AuditRecord started = StrictJson.read(
                out.toString(StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElseThrow()
                        .getBytes(StandardCharsets.UTF_8),
                AuditRecord.class);
        assertThat(started.event()).isEqualTo(AuditRecord.Event.PROXY_STARTED);
        assertThat(started.sequence()).isEqualTo(8);
        assertThat(started.previous()).isEqualTo(AuditRecord.NO_PREVIOUS);
    }

    private static AuditedRequest request(String path) {
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
}
