package dev.sallyport.standin.journal;

import java.time.Instant;

/**
 * A piece of the answer that was written by itself, a server-sent event for instance.
 *
 * @param at when it was handed to the connection
 * @param name the event's name
 * @param bytes how many, its framing as an event included
 */
public record SentEvent(Instant at, String name, int bytes) {}
