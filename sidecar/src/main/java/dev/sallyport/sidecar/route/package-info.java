/**
 * Which way out a request means: the request target is parsed and normalised, and the route that it names is found.
 * Strings of the client go in; an {@link dev.sallyport.sidecar.route.Route}, an origin and a path that can be read in
 * one way come out.
 */
@NullMarked
package dev.sallyport.sidecar.route;

import org.jspecify.annotations.NullMarked;
