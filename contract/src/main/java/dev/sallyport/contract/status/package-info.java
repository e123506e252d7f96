/**
 * What the proxy says of itself: written by its admin port and into its termination message, read by the operator. Nothing
 * in it is secret, and nothing that a client sent stands in it but method, host and the name of the route.
 */
@NullMarked
package dev.sallyport.contract.status;

import org.jspecify.annotations.NullMarked;
