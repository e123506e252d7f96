/**
 * Stands in for Gemini's API: generated content, streamed or not, counts of tokens and models.
 * {@link GeminiApi} lets a request with a real key through to the method of its path; {@link GenerateRequest} reads a turn,
 * and {@link Generation} writes the answer. Shapes are those of Google's API reference,
 * versions {@code v1beta} and {@code v1}.
 */
@NullMarked
package dev.sallyport.standin.gemini;

import org.jspecify.annotations.NullMarked;
