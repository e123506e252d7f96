/**
 * What the tests here share: an authority for test certificates, an upstream, a client that says exactly what it is told
 * to, and a proxy in a world where {@code *.test} is on loopback.
 */
@NullMarked
package dev.sallyport.sidecar.testing;

import org.jspecify.annotations.NullMarked;
