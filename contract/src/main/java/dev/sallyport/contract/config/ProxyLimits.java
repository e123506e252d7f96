package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;
import org.jspecify.annotations.Nullable;

/**
 * Bounds that hold for the whole proxy, whatever the route. Each may be left out of the document, which then means its
 * default.
 *
 * @param clientConnections open connections on the data port, 1 to 65536; default 1024
 * @param headBytes a request's line and fields, 1 KiB to 1 MiB; default 64 KiB; beyond: 431
 * @param headFields a request's number of fields, 8 to 2000; default 200; beyond: 431
 * @param targetBytes a request target, 256 bytes to 64 KiB; default 16 KiB; beyond: 414
 * @param trailerBytes a body's trailers, 256 bytes to 1 MiB; default 16 KiB
 * @param chunkLineBytes the line before a chunk, its extensions included, 16 bytes to 64 KiB; default 1 KiB
 * @param streams requests under way on one HTTP/2 connection, 1 to 10,000; default 128
 * @param headSeconds time for a request's head to arrive, 1 to 300; default 10
 * @param idleSeconds time that a connection between requests is kept, 1 to 3600; default 300
 * @param connectSeconds time to connect to an upstream, TLS included, 1 to 300; default 10
 * @param silenceSeconds time that an upstream may say nothing, before its first byte or within a stream, 1 to 86400;
 *     default 600
 * @param drainSeconds time that running requests have when the proxy stops, 0 to 86400; default 25, which fits
 *     Kubernetes' default grace period of 30
 */
public record ProxyLimits(
        Integer clientConnections,
        Integer headBytes,
        Integer headFields,
        Integer targetBytes,
        Integer trailerBytes,
        Integer chunkLineBytes,
        Integer streams,
        Integer headSeconds,
        Integer idleSeconds,
        Integer connectSeconds,
        Integer silenceSeconds,
        Integer drainSeconds) {

    public static final ProxyLimits DEFAULTS =
            new ProxyLimits(1024, 64 * 1024, 200, 16 * 1024, 16 * 1024, 1024, 128, 10, 300, 10, 600, 25);

    public ProxyLimits {
        clientConnections = within(clientConnections, 1024, 1, 65_536, "clientConnections");
        headBytes = within(headBytes, 64 * 1024, 1024, 1024 * 1024, "headBytes");
        headFields = within(headFields, 200, 8, 2_000, "headFields");
        targetBytes = within(targetBytes, 16 * 1024, 256, 64 * 1024, "targetBytes");
        trailerBytes = within(trailerBytes, 16 * 1024, 256, 1024 * 1024, "trailerBytes");
        chunkLineBytes = within(chunkLineBytes, 1024, 16, 64 * 1024, "chunkLineBytes");
        streams = within(streams, 128, 1, 10_000, "streams");
        headSeconds = within(headSeconds, 10, 1, 300, "headSeconds");
        idleSeconds = within(idleSeconds, 300, 1, 3_600, "idleSeconds");
        connectSeconds = within(connectSeconds, 10, 1, 300, "connectSeconds");
        silenceSeconds = within(silenceSeconds, 600, 1, 86_400, "silenceSeconds");
        drainSeconds = within(drainSeconds, 25, 0, 86_400, "drainSeconds");
    }

    private static int within(@Nullable Integer value, int absent, int least, int most, String field) {
        return Require.range(value == null ? absent : value, least, most, field);
    }
}
