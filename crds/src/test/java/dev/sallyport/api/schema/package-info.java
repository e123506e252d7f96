/**
 * Makes the CustomResourceDefinition and its reference documentation, and holds them to the project's API rules.
 *
 * <p>{@link dev.sallyport.api.schema.AgentSandboxCrd} has Fabric8 read the types, lets
 * {@link dev.sallyport.api.schema.OwnSchema} add what the generator can't say, and puts Kubernetes' own schema
 * ({@link dev.sallyport.api.schema.CoreSchemas}, with {@link dev.sallyport.api.schema.PodTemplateRules}) where the types
 * embed core/v1; {@link dev.sallyport.api.schema.ReferenceDocument} reads the result.
 */
@NullMarked
package dev.sallyport.api.schema;

import org.jspecify.annotations.NullMarked;
