package dev.sallyport.standin.journal;

import java.time.Instant;

/**
 * A piece of the request's body, as it was read.
 *
 * @param at when
 * @param bytes how many
 */
public record BodyChunk(Instant at, int bytes) {}
