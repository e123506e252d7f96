/**
 * Brings the cluster to the desired state: objects by server-side apply, the pod by creating, touching or replacing it.
 * In go a desired state and what the caches hold, out comes what was done and what stood in the way.
 */
@NullMarked
package dev.sallyport.operator.dependent;

import org.jspecify.annotations.NullMarked;
