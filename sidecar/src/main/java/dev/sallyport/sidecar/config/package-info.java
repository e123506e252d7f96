/**
 * Reads the configuration and the credentials from their directories, strictly, and holds what serves as one immutable
 * value. Files go in at one end; at the other, each request takes the current {@link
 * dev.sallyport.sidecar.config.Snapshot} and keeps it to its end.
 */
@NullMarked
package dev.sallyport.sidecar.config;

import org.jspecify.annotations.NullMarked;
