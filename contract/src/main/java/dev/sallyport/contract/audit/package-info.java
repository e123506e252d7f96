/**
 * The audit log's vocabulary: why a request was refused or failed, in words that never change their meaning once
 * released. Clients, the log, the metrics and the resource's status all use the same ones.
 */
@NullMarked
package dev.sallyport.contract.audit;

import org.jspecify.annotations.NullMarked;
