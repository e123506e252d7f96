/**
 * What a resource means once all of it has been understood, and what kubelet says of its pod: immutable, complete, and
 * proof by its type that nothing was wrong with it. Made by {@code resolve}, read by {@code desired}, {@code dependent}
 * and {@code status}; it does not talk to the API server.
 */
@NullMarked
package dev.sallyport.operator.model;

import org.jspecify.annotations.NullMarked;
