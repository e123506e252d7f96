/**
 * How the operator learns of its proxies: each is asked in turn, over a signed request whose answer is verified, and what
 * it says is kept until it says something else. A change wakes the sandbox's reconciler.
 */
@NullMarked
package dev.sallyport.operator.status.proxy;

import org.jspecify.annotations.NullMarked;
