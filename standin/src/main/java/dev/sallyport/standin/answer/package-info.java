/**
 * Stands in for the model: makes up an answer that a test can foretell from the request.
 * A provider's package reads a {@link Prompt} out of its own kind of request, {@link Model} answers it, and the provider
 * writes the {@link Answer} in its own form.
 */
@NullMarked
package dev.sallyport.standin.answer;

import org.jspecify.annotations.NullMarked;
