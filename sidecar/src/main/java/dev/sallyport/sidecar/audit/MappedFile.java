package dev.sallyport.sidecar.audit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file of fixed size in memory. What is written stays when the process is killed; it needs no flush, as the file lies on
 * a memory volume that lives as long as the pod.
 */
final class MappedFile implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final FileChannel channel;
    private final MemorySegment memory;

    /**
     * Opens or makes the file.
     *
     * @throws IOException if it cannot be had, or another process has it
     */
    MappedFile(Path file, long bytes) throws IOException {
        if (Files.exists(file) && Files.size(file) != bytes) {
            Files.delete(file);
        }
        channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IOException("another process uses this state directory");
        }
        memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public void close() {
        arena.close();
        try {
            channel.close();
        } catch (IOException e) {
            // The mapping is gone, and with it all that this held.
        }
    }
}
