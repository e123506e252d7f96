/**
 * From a request's head to leave or refusal: whom the target, the Host field and the tunnel name, which route leads there
 * and whether the request carries a placeholder where it may, what the path means, and what the policy says. A
 * {@link dev.sallyport.sidecar.http.RequestHead} and a {@link dev.sallyport.sidecar.config.Snapshot} go in, a
 * {@link dev.sallyport.sidecar.policy.Permit} or a refusal comes out; nothing here waits, reads or writes.
 */
@NullMarked
package dev.sallyport.sidecar.admission;

import org.jspecify.annotations.NullMarked;
