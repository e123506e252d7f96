/**
 * How soon the upstream learns that a client is gone. Client and upstream are in one process and read one clock: a request is
 * brought to a certain moment, ended, and the time until the upstream sees it is a sample.
 */
@NullMarked
package dev.sallyport.bench.abort;

import org.jspecify.annotations.NullMarked;
