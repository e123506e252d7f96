/**
 * What both ends of a measured proxy are made of: event loops and bodies without end. Bodies are made of one block that is
 * never copied, so that the bench costs less than what it measures.
 */
@NullMarked
package dev.sallyport.bench.wire;

import org.jspecify.annotations.NullMarked;
