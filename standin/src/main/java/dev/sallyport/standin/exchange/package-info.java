/**
 * Takes requests off the listeners and gives each to the service that stands in for its API.
 * {@link Dispatcher} opens a journal entry and an {@link Exchange}, the first {@link Service} that takes the request
 * answers through the exchange, and whatever passes through it is noted in the journal.
 */
@NullMarked
package dev.sallyport.standin.exchange;

import org.jspecify.annotations.NullMarked;
