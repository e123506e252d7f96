/**
 * Stands in for OpenAI's API: chat completions and responses, streamed or not, and models.
 * {@link OpenAiApi} lets a request with a real key through to the endpoint of its path; {@link ChatRequest} or
 * {@link ResponsesRequest} reads a turn, and {@link ChatChunks} or {@link ChatCompletion}, {@link ResponseEvents} or
 * {@link Response} write the answer. Shapes are those of OpenAI's API reference.
 */
@NullMarked
package dev.sallyport.standin.openai;

import org.jspecify.annotations.NullMarked;
