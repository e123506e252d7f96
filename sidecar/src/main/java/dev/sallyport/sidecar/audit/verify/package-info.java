/**
 * The audit log's reader: checks what {@code sidecar.audit} has written, from its bytes alone. {@code LogLines} cuts them into
 * lines, {@code ChainVerifier} judges line after line and finds what breaks the chain, {@code AuditMain} prints it.
 */
@NullMarked
package dev.sallyport.sidecar.audit.verify;

import org.jspecify.annotations.NullMarked;
