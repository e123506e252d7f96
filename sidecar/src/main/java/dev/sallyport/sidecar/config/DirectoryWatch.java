package dev.sallyport.sidecar.config;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Waits for changes in two directories and, of the second, the directories below, which need not be there yet. A missed
 * change only means that the wait lasts its whole time.
 */
final class DirectoryWatch implements AutoCloseable {

    /** Writers write in several steps; one reading after the last of them is enough. */
    private static final long SETTLE_MILLIS = 30;

    private final Path file;
    private final Path tree;
    private final @Nullable WatchService service;
    private final Map<Path, WatchKey> keys = new ConcurrentHashMap<>();

    DirectoryWatch(Path file, Path tree) {
        this.file = file;
        this.tree = tree;
        this.service = newService();
        register();
    }

    private static @Nullable WatchService newService() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException noInotify) {
            return null;
        }
    }

    void await(Duration atMost) throws InterruptedException {
        if (service == null) {
            Thread.sleep(atMost);
            return;
        }
        register();
        WatchKey key = service.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        while (key != null) {
            key.pollEvents();
            if (!key.reset()) {
                keys.values().remove(key);
            }
            key = service.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
        }
        register();
    }

    private void register() {
        register(file);
        register(tree);
        try (Stream<Path> below = Files.list(tree)) {
            below.filter(Files::isDirectory).limit(512).forEach(this::register);
        } catch (IOException notThereYet) {
            // The next wait finds it.
        }
    }

    private void register(Path directory) {
        WatchKey known = keys.get(directory);
        if (service == null || (known != null && known.isValid())) {
            return;
        }
        try {
            keys.put(
                    directory,
                    directory.register(
                            service,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException notThereYet) {
            keys.remove(directory);
        }
    }

    @Override
    public void close() {
        try {
            if (service != null) {
                service.close();
            }
        } catch (IOException e) {
            // Nothing is left to wait for.
        }
    }
}
