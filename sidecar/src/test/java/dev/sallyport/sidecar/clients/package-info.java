/**
 * The programs that agents use, as processes of their own with the environment that an agent gets, against a proxy and
 * servers on loopback: each does a whole task in every way in that it knows, and what arrived at either end is compared.
 * They stand here and not in a module of their own because they need the proxy of the tests, in whose world {@code *.test}
 * is on loopback.
 */
@NullMarked
package dev.sallyport.sidecar.clients;

import org.jspecify.annotations.NullMarked;
