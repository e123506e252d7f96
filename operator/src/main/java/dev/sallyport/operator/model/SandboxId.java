package dev.sallyport.operator.model;

/**
 * Which sandbox, and which version of it.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid its {@code metadata.uid}: two sandboxes of one name, one after the other, differ in it
 * @param generation the {@code metadata.generation} that was read, from 1
 */
public record SandboxId(String namespace, String name, String uid, long generation) {}
