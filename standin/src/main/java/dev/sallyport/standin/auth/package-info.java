/**
 * Knows the real keys and judges what a request presents.
 * {@link Credentials} reads every credential off a request; {@link Keyrings} says which real key each is, for the
 * journal, and a provider's {@link Gate} whether they open it.
 */
@NullMarked
package dev.sallyport.standin.auth;

import org.jspecify.annotations.NullMarked;
