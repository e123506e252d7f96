/**
 * Whether a request may go out: rules and limits of its route. A {@link dev.sallyport.sidecar.policy.Permit} comes out,
 * which nobody else can make, or the refusal.
 */
@NullMarked
package dev.sallyport.sidecar.policy;

import org.jspecify.annotations.NullMarked;
