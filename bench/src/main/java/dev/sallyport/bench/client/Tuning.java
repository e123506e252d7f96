package dev.sallyport.bench.client;

import java.util.OptionalInt;

/**
 * How a client's connection reads.
 *
 * @param receiveBuffer the socket's, in bytes; empty: the system's, which grows
 * @param octetByOctet whether one read takes one byte
 * @param streamWindow HTTP/2: what a stream may send unasked, in bytes (RFC 9113, section 6.9.2)
 * @param connectionWindow HTTP/2: the same for all streams together
 */
public record Tuning(OptionalInt receiveBuffer, boolean octetByOctet, int streamWindow, int connectionWindow) {

    private static final int DEFAULT_WINDOW = 65_535;

    /** As most programs do. */
    public static final Tuning USUAL = new Tuning(OptionalInt.empty(), false, DEFAULT_WINDOW, 1024 * 1024);

    /** A socket that takes little, read a byte at a time. */
    public static final Tuning TRICKLE = new Tuning(OptionalInt.of(4096), true, DEFAULT_WINDOW, 1024 * 1024);

    /** Each stream has its usual window, and the connection is not what holds them back. */
    public static final Tuning WINDOWS_SHUT = new Tuning(OptionalInt.empty(), false, DEFAULT_WINDOW, 64 * 1024 * 1024);

    /** Windows that permit everything, before a socket that takes little. */
    public static final Tuning WINDOWS_OPEN =
            new Tuning(OptionalInt.of(4096), false, Integer.MAX_VALUE, Integer.MAX_VALUE);
}
