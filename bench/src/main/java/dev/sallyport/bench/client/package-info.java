/**
 * The agent's programs: connections through each way in, and requests on them whose reading and writing the bench holds in
 * its hands. A connection is opened, requests are sent on it, each of which tells its status and its end.
 */
@NullMarked
package dev.sallyport.bench.client;

import org.jspecify.annotations.NullMarked;
