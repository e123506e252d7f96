/**
 * A Kubernetes cluster for tests: one K3s container per JVM, started by the first test class that asks for it.
 *
 * <p>A class says {@link dev.sallyport.testing.OnCluster} and takes a {@link dev.sallyport.testing.Cluster}; the extension
 * starts the container, hands it to each such class, and stops it when the test run ends.
 */
@NullMarked
package dev.sallyport.testing;

import org.jspecify.annotations.NullMarked;
