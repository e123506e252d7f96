package dev.sallyport.standin.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys in a file, one a line, read anew when the file changes, be it written in place or replaced through a link. */
final class KeyFile implements Keyring {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

    /** Two writes within this time could leave the same stamp, so a file as young as that is read each time. */
    private static final Duration STAMP_RESOLUTION = Duration.ofSeconds(2);

    private final Path file;
    private final InstantSource clock;
    private volatile Reading last;

    KeyFile(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        try {
            last = read(stamp());
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the key file " + file, e);
        }
    }

    @Override
    public List<String> keys() {
        var reading = last;
        try {
            var stamp = stamp();
            if (!reading.holdsFor(stamp)) {
                reading = read(stamp);
                if (!reading.keys.equals(last.keys)) {
                    LOG.atInfo()
                            .addKeyValue("file", file)
                            .addKeyValue("keys", reading.keys.size())
                            .log("Keys changed");
                }
                last = reading;
            }
            return reading.keys;
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", e.toString())
                    .log("Key file unreadable: no key is good");
            return List.of();
        }
    }

    private Stamp stamp() throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    private Reading read(Stamp stamp) throws IOException {
        var readAt = clock.instant();
        var keys = Files.readAllLines(file).stream().map(String::strip).filter(line -> !line.isEmpty());
        return new Reading(stamp, readAt, keys.toList());
    }

    private record Stamp(
            FileTime modified, long size, @Nullable Object inode) {}

    private record Reading(Stamp stamp, Instant readAt, List<String> keys) {
        boolean holdsFor(Stamp now) {
            return stamp.equals(now) && stamp.modified.toInstant().isBefore(readAt.minus(STAMP_RESOLUTION));
        }
    }
}
