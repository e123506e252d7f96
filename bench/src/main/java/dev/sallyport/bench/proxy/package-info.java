/**
 * The proxy as a process, started with the Java options and limits that it has in its pod. Its memory, threads and open
 * files are read from {@code /proc}, its live heap after a collection that the bench asks for.
 */
@NullMarked
package dev.sallyport.bench.proxy;

import org.jspecify.annotations.NullMarked;
