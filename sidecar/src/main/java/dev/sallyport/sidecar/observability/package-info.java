/**
 * What the outside may know of the proxy: probes, metrics, and the signed status on the admin port. It reads the others'
 * state and changes none.
 */
@NullMarked
package dev.sallyport.sidecar.observability;

import org.jspecify.annotations.NullMarked;
