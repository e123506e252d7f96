package dev.sallyport.standin.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.answer.Content;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import java.util.HashSet;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the model.
 *
 * @param model its name
 * @param stream whether the answer is to be streamed
 * @param streamUsage whether the stream is to end with the usage
 * @param promptTokens how many words there are in the messages and the tools
 */
record ChatRequest(String model, boolean stream, boolean streamUsage, Prompt prompt, int promptTokens) {

    /** What a reader makes of a request's body. */
    sealed interface Reading {
        /** It can be answered. */
        record Valid(ChatRequest request) implements Reading {}

        /** It cannot, and why. */
        record Invalid(OpenAiError error) implements Reading {}
    }

    static Reading read(JsonNode body) {
        if (!body.isObject()) {
            return invalid("The request body is not a JSON object.", null);
        }
        if (!body.path("model").isTextual()) {
            return invalid("you must provide a model parameter", null);
        }
        var messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            return invalid("Missing required parameter: 'messages'.", "messages");
        }
        long maxTokens = Stream.of("max_completion_tokens", "max_tokens")
                .map(body::path)
                .filter(JsonNode::isNumber)
                .mapToLong(JsonNode::asLong)
                .findFirst()
                .orElse(Long.MAX_VALUE);
        if (maxTokens < 1) {
            return invalid("max_completion_tokens is too small", "max_completion_tokens");
        }
        return new Reading.Valid(new ChatRequest(
                body.path("model").textValue(),
                body.path("stream").asBoolean(),
                body.path("stream_options").path("include_usage").asBoolean(),
                prompt(body, messages, maxTokens),
                Model.words(messages) + Model.words(body.path("tools"))));
    }

    private static Reading invalid(String message, @Nullable String param) {
        return new Reading.Invalid(OpenAiError.invalidRequest(message, param));
    }

    private static Prompt prompt(JsonNode body, JsonNode messages, long maxTokens) {
        var tools = new HashSet<String>();
        body.path("tools")
                .forEach(tool -> tools.add(tool.path("function").path("name").asText()));
        var last = messages.get(messages.size() - 1);
        var toolResult = last.path("role").asText().equals("tool")
                ? Optional.of(Content.text(last.path("content")))
                : Optional.<String>empty();
        return new Prompt(lastOfUser(messages), toolResult, tools, maxTokens);
    }

    private static String lastOfUser(JsonNode messages) {
        return Content.elements(messages)
                .filter(message -> message.path("role").asText().equals("user"))
                .map(message -> Content.text(message.path("content")))
                .reduce((earlier, later) -> later)
                .orElse("");
    }
}
