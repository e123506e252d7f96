package dev.sallyport.sidecar.main;

import dev.sallyport.sidecar.upstream.AddressPolicy;
import dev.sallyport.sidecar.upstream.NameLookup;
import dev.sallyport.sidecar.upstream.SpecialPurposeRegistries;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;

/**
 * What a test may put in the place of the world. No flag and no variable reaches it.
 *
 * @param clock the time of day
 * @param names asks for addresses
 * @param addresses judges them
 * @param auditOutput where audit lines go
 * @param auditCapacity how many lines may wait and requests be under way
 * @param reloadPeriod how long a changed file may go unseen where the file system does not tell
 */
public record Seams(
        Clock clock,
        NameLookup names,
        AddressPolicy addresses,
        OutputStream auditOutput,
        int auditCapacity,
        Duration reloadPeriod) {

    private static final int AUDIT_CAPACITY = 16 * 1024;

    /** The world itself. */
    public static Seams production() {
        return new Seams(
                Clock.systemUTC(),
                NameLookup.system(),
                new SpecialPurposeRegistries(),
                new FileOutputStream(FileDescriptor.out),
                AUDIT_CAPACITY,
                Duration.ofSeconds(10));
    }
}
