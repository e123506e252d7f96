/**
 * Stands in for Anthropic's API: messages, streamed or not, token counts and models.
 * {@link AnthropicApi} lets a request with a real key through to the endpoint of its path; {@link MessagesRequest} reads a
 * turn, and {@link MessageEvents} or {@link Message} write the answer. Shapes are those of Anthropic's API reference.
 */
@NullMarked
package dev.sallyport.standin.anthropic;

import org.jspecify.annotations.NullMarked;
