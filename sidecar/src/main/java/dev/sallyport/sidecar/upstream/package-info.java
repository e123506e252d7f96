/**
 * The way out: a name becomes addresses, addresses are judged, and a connection goes to a judged one, with TLS for the
 * name. An origin goes in; a request that can be written comes out, or the reason why not.
 */
@NullMarked
package dev.sallyport.sidecar.upstream;

import org.jspecify.annotations.NullMarked;
