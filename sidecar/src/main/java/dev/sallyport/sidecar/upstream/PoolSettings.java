package dev.sallyport.sidecar.upstream;

import java.time.Duration;

/**
 * Bounds of the connections to upstreams, each per event loop.
 *
 * @param idle how long an HTTP/1.1 connection is kept without a request; shorter where the upstream's {@code Keep-Alive}
 *     says so
 * @param idleMultiplexed how long an HTTP/2 connection is kept without a stream
 * @param exclusiveConnections HTTP/1.1 connections to one origin; beyond, requests wait
 * @param multiplexedConnections HTTP/2 connections to one origin, each with as many streams as its upstream permits;
 *     beyond, requests wait
 * @param idleConnections connections without a request, to all origins together; beyond, the longest idle one ends
 * @param nextAddress how long one address may take to accept before the next one is tried beside it (RFC 8305, section 5)
 * @param addresses how many addresses of one name are tried
 * @param pingOnUse how long an HTTP/2 connection may have been silent for a new stream to go with a ping
 * @param pingInSilence how long an HTTP/2 connection with streams may be silent without a ping; gRPC's servers take
 *     pings more often than every five minutes for an attack
 * @param pingAnswer how long an answer to a ping may take before the connection counts as dead
 */
record PoolSettings(
        Duration idle,
        Duration idleMultiplexed,
        int exclusiveConnections,
        int multiplexedConnections,
        int idleConnections,
        Duration nextAddress,
        int addresses,
        Duration pingOnUse,
        Duration pingInSilence,
        Duration pingAnswer) {

    static final PoolSettings DEFAULTS = new PoolSettings(
            Duration.ofSeconds(30),
            Duration.ofSeconds(120),
            4096,
            32,
            512,
            Duration.ofMillis(250),
            4,
            Duration.ofSeconds(15),
            Duration.ofSeconds(310),
            Duration.ofSeconds(10));
}
