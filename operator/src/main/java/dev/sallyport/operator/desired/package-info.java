/**
 * What should be in the cluster for a sandbox: pure functions from the {@code model} to Kubernetes objects, compared with
 * golden files. Nothing here reads a clock, a file or the API server, and the same sandbox gives the same bytes.
 */
@NullMarked
package dev.sallyport.operator.desired;

import org.jspecify.annotations.NullMarked;
