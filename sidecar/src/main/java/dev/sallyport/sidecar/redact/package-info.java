/**
 * Masks secrets in what goes back to an agent, so that an upstream which echoes a request doesn't hand over its
 * credential. {@link dev.sallyport.sidecar.redact.Needles} are made of the secrets in force; a
 * {@link dev.sallyport.sidecar.redact.StreamMasker} of theirs takes a body or a message in chunks and gives out the same
 * number of bytes, each as soon as it can't be part of a secret any more.
 */
@NullMarked
package dev.sallyport.sidecar.redact;

import org.jspecify.annotations.NullMarked;
