/**
 * What stays of a request: a line in the hash-chained log and a count in the mapped file. Room for the line is reserved
 * before the request is sent; line and count are written when it has ended.
 */
@NullMarked
package dev.sallyport.sidecar.audit;

import org.jspecify.annotations.NullMarked;
