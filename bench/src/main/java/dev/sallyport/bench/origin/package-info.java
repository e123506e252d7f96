/**
 * The upstream: it answers, streams, stays silent or stops reading as the path says. Requests that name a visit are told to
 * the bench, when they arrive and when they are cancelled.
 */
@NullMarked
package dev.sallyport.bench.origin;

import org.jspecify.annotations.NullMarked;
