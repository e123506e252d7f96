package dev.sallyport.standin.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.answer.Content;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is asked of the model.
 *
 * @param model its name
 * @param stream whether the answer is to be streamed
 * @param inputTokens how many words there are in the system prompt, the messages and the tools
 */
record MessagesRequest(String model, boolean stream, Prompt prompt, int inputTokens) {

    /** What a reader makes of a request's body. */
    sealed interface Reading {
        /** It can be answered. */
        record Valid(MessagesRequest request) implements Reading {}

        /** It cannot, and why. */
        record Invalid(AnthropicError error) implements Reading {}
    }

    /** Reads a request for a message. */
    static Reading read(JsonNode body) {
        return read(body, Set.of("model", "max_tokens", "messages"));
    }

    /** Reads a request for a count of tokens: no limit is needed. */
    static Reading readForCount(JsonNode body) {
        return read(body, Set.of("model", "messages"));
    }

    private static Reading read(JsonNode body, Set<String> required) {
        if (!body.isObject()) {
            return invalid("The request body is not a JSON object");
        }
        for (var field : Stream.of("model", "max_tokens", "messages")
                .filter(required::contains)
                .toList()) {
            if (!body.has(field)) {
                return invalid(field + ": Field required");
            }
        }
        if (!body.get("model").isTextual()) {
            return invalid("model: Input should be a valid string");
        }
        var messages = body.get("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            return invalid("messages: at least one message is required");
        }
        long maxTokens = body.path("max_tokens").asLong(Long.MAX_VALUE);
        if (maxTokens < 1) {
            return invalid("max_tokens: must be greater than or equal to 1");
        }
        var model = body.get("model").textValue();
        if (!model.startsWith("claude-")) {
            return new Reading.Invalid(AnthropicError.notFound("model: " + model));
        }
        return new Reading.Valid(new MessagesRequest(
                model, body.path("stream").asBoolean(), prompt(body, messages, maxTokens), inputTokens(body)));
    }

    private static Reading invalid(String message) {
        return new Reading.Invalid(AnthropicError.invalidRequest(message));
    }

    private static Prompt prompt(JsonNode body, JsonNode messages, long maxTokens) {
        var tools = new HashSet<String>();
        body.path("tools").forEach(tool -> tools.add(tool.path("name").asText()));
        var content = lastOfUser(messages);
        return new Prompt(lastText(content), toolResult(content), tools, maxTokens);
    }

    private static JsonNode lastOfUser(JsonNode messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).path("role").asText().equals("user")) {
                return messages.get(i).path("content");
            }
        }
        return messages.path("");
    }

    /** Agents put notes of their own beside what the user said, in tags; those are not what is answered. */
    private static String lastText(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        return Content.elements(content)
                .filter(block -> block.path("type").asText().equals("text"))
                .map(block -> block.path("text").asText())
                .filter(text -> !text.stripLeading().startsWith("<system-reminder>"))
                .reduce((earlier, later) -> later)
                .orElse("");
    }

    private static Optional<String> toolResult(JsonNode content) {
        return Content.elements(content)
                .filter(block -> block.path("type").asText().equals("tool_result"))
                .map(block -> Content.text(block.path("content")))
                .reduce((earlier, later) -> later);
    }

    private static int inputTokens(JsonNode body) {
        return Model.words(body.path("system")) + Model.words(body.path("messages")) + Model.words(body.path("tools"));
    }
}
