/**
 * Stands in for OpenAI's API: chat completions, streamed or not, and models.
 * {@link OpenAiApi} lets a request with a real key through to the endpoint of its path; {@link ChatRequest} reads a turn,
 * and {@link ChatChunks} or {@link ChatCompletion} write the answer. Shapes are those of OpenAI's API reference.
 */
@NullMarked
package dev.sallyport.standin.openai;

import org.jspecify.annotations.NullMarked;
