/**
 * Fails on demand, each way on a path of its own, so that a test can see what a proxy makes of a bad upstream.
 * {@link FaultService} finds the {@link Fault} that the path names in the {@link Catalogue}, checks the query against its
 * {@link Parameters}, and lets it act on the exchange.
 */
@NullMarked
package dev.sallyport.standin.fault;

import org.jspecify.annotations.NullMarked;
