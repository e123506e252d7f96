/**
 * Whether anything grows. Agents send a mix of requests without pause; from time to time all stand still and the proxy is
 * measured; a straight line through the measurements says what it would grow to.
 */
@NullMarked
package dev.sallyport.bench.soak;

import org.jspecify.annotations.NullMarked;
