/**
 * HTTP as the proxy sees it: messages and streams, the same for HTTP/1.1 and HTTP/2, on the client's side and on the
 * upstream's. The server and the upstream side make streams of connections; the pipeline reads from one and writes to the
 * other, and knows nothing of frames and chunks.
 */
@NullMarked
package dev.sallyport.sidecar.http;

import org.jspecify.annotations.NullMarked;
