/**
 * Fails on demand, so that a test can see what a proxy or a client makes of a bad upstream.
 * {@link FaultService} finds the {@link Fault} that its path names in the {@link Catalogue}, checks the query against its
 * {@link Parameters}, and lets it act on the exchange; {@link FailingService} does so instead of an API, as often as the
 * {@link FaultPlan} says.
 */
@NullMarked
package dev.sallyport.standin.fault;

import org.jspecify.annotations.NullMarked;
