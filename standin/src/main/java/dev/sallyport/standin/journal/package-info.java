/**
 * Remembers what reached the stand-in, so that a test can assert what an upstream saw.
 * An {@link Entry} is filled while its exchange runs; {@link Journal} holds a bounded number of them and gives them out
 * as immutable {@link RecordedRequest}s, to Java directly and to others as JSON through {@link ControlApi}.
 */
@NullMarked
package dev.sallyport.standin.journal;

import org.jspecify.annotations.NullMarked;
