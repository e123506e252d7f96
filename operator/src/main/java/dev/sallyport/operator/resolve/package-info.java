/**
 * From a resource to what it means: first what it refers to is read, then every field is checked, and all problems are
 * told at once. In goes an {@code AgentSandbox}, out comes a {@link dev.sallyport.operator.model.Verdict}.
 */
@NullMarked
package dev.sallyport.operator.resolve;

import org.jspecify.annotations.NullMarked;
