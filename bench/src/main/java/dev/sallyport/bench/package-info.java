/**
 * The command line of the benches. A bench starts an {@link dev.sallyport.bench.origin origin} and the
 * {@link dev.sallyport.bench.proxy proxy} as a process of its own, loads it with {@link dev.sallyport.bench.client clients},
 * and prints what it measured as Markdown.
 */
@NullMarked
package dev.sallyport.bench;

import org.jspecify.annotations.NullMarked;
