package dev.sallyport.sidecar.main;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that says that this very process takes requests: {@code ready} in the state directory, with the time at which the
 * process started. A startup probe that waits for it inside the container answers at once, where one of kubelet's own comes
 * once a second; it may not connect to the proxy, whose ports the guard shuts to its own user. The file outlives the process,
 * and another process's start tells it apart.
 */
final class ReadyMark {

    /** Where a process's start stands after its name in {@code /proc/PID/stat}, in clock ticks since boot (proc(5)). */
    private static final int START_FIELD = 19;

    private ReadyMark() {}

    /** Leaves the mark. */
    static void leave(Path state) throws IOException {
        Path next = state.resolve("ready.next");
        Files.writeString(next, started() + "\n", StandardCharsets.US_ASCII);
        Files.move(next, state.resolve("ready"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String started() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
        // The name may have blanks and brackets; nothing behind it has.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        if (fields.length <= START_FIELD) {
            throw new IOException("/proc/self/stat is not as proc(5) says");
        }
        return fields[START_FIELD];
    }
}
