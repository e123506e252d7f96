/**
 * The data port: accepts connections within their limits, reads requests strictly, and hands each to the pipeline. A
 * request whose head cannot be read is handed on as such, so that it is refused and recorded like any other.
 */
@NullMarked
package dev.sallyport.sidecar.server;

import org.jspecify.annotations.NullMarked;
