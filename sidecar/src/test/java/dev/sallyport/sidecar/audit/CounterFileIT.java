package dev.sallyport.sidecar.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.LastDenied;
import dev.sallyport.contract.status.Counters.Tally;
import dev.sallyport.sidecar.audit.CounterFile.Outcome;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CounterFileIT {

    @TempDir
    Path directory;

    @Test
    void counts_survive_reopening_with_their_epoch_and_last_denial() throws Exception {
        Path file = directory.resolve("counters");
        LastDenied denied =
                new LastDenied(Instant.EPOCH, Optional.of("a"), "DELETE", Optional.of("h"), "MethodNotAllowed");
        Counters before;
        try (CounterFile counters = new CounterFile(file)) {
            counters.count(Optional.of("a"), Outcome.ALLOWED_CREDENTIALED);
            counters.count(Optional.of("a"), Outcome.DENIED);
            counters.count(Optional.of("b"), Outcome.FAILED);
            counters.count(Optional.of("b"), Outcome.FAILED_CREDENTIALED);
            counters.count(Optional.empty(), Outcome.DENIED);
            counters.remember(denied);
            before = counters.read();
        }

        try (CounterFile counters = new CounterFile(file)) {
            assertThat(counters.read()).isEqualTo(before);
        }
        assertThat(before.total()).isEqualTo(new Tally(1, 2, 2, 2));
        assertThat(before.lastDenied()).contains(denied);
        assertThat(before.routes())
                .containsExactly(
                        new Counters.RouteTally("a", new Tally(1, 1, 0, 1)),
                        new Counters.RouteTally("b", new Tally(0, 0, 2, 1)));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void no_count_is_lost_among_threads() throws Exception {
        try (CounterFile counters = new CounterFile(directory.resolve("counters"))) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String route = "route-" + t % 2;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 25_000; i++) {
                        counters.count(Optional.of(route), Outcome.ALLOWED);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(counters.read().total().allowed()).isEqualTo(100_000);
            assertThat(counters.read().routes()).hasSize(2);
        }
    }

    @Test
    void names_beyond_the_last_slot_count_in_the_total() throws Exception {
        try (CounterFile counters = new CounterFile(directory.resolve("counters"))) {
            for (int i = 0; i < 600; i++) {
                counters.count(Optional.of("r" + i), Outcome.ALLOWED);
            }

            assertThat(counters.read().total().allowed()).isEqualTo(600);
        }
    }

    @Test
    void a_damaged_file_is_a_new_epoch() throws Exception {
        Path file = directory.resolve("counters");
        Files.write(file, new byte[17]);

        try (CounterFile counters = new CounterFile(file)) {
            assertThat(counters.read().total()).isEqualTo(Tally.ZERO);
        }
    }

    @Test
    void a_file_in_use_is_refused() throws Exception {
        Path file = directory.resolve("counters");
        try (CounterFile _ = new CounterFile(file)) {
            assertThatThrownBy(() -> new CounterFile(file)).isInstanceOf(OverlappingFileLockException.class);
        }
    }
}
