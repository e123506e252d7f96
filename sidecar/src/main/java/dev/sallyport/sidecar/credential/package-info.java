/**
 * Secret values and how they get into a request. Files become one consistent set of values; a permit and that set become
 * an {@link dev.sallyport.sidecar.credential.Injection}.
 */
@NullMarked
package dev.sallyport.sidecar.credential;

import org.jspecify.annotations.NullMarked;
