package dev.sallyport.operator.model;

/**
 * Why a sandbox does not go on although its spec is accepted.
 *
 * @param reason a PascalCase word for a condition
 * @param message a sentence for people
 */
public record Obstacle(String reason, String message) {}
