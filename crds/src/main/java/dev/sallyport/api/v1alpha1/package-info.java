/**
 * The {@code AgentSandbox} resource, version {@code v1alpha1}, as users write it and the operator reports on it.
 *
 * <p>A manifest comes in through {@link dev.sallyport.api.v1alpha1.AgentSandboxSpec}, which the operator reads and never
 * writes; what it finds goes out through {@link dev.sallyport.api.v1alpha1.AgentSandboxStatus}. The annotations on these
 * records are the source of the CustomResourceDefinition's schema and of the reference documentation.
 */
@NullMarked
package dev.sallyport.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
