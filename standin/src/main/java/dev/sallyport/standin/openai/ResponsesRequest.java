package dev.sallyport.standin.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sallyport.standin.answer.Content;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the model through the Responses API.
 *
 * @param model its name
 * @param stream whether the answer is to be streamed
 * @param freeform the names of those tools on offer that take a text instead of JSON
 * @param tools as they came; a response repeats them
 * @param inputTokens how many words there are in the instructions, the input and the tools
 */
record ResponsesRequest(
        String model, boolean stream, Prompt prompt, Set<String> freeform, JsonNode tools, int inputTokens) {

    /** What a reader makes of a request's body. */
    sealed interface Reading {
        /** It can be answered. */
        record Valid(ResponsesRequest request) implements Reading {}

        /** It cannot, and why. */
        record Invalid(OpenAiError error) implements Reading {}
    }

    ResponsesRequest {
        freeform = Set.copyOf(freeform);
    }

    static Reading read(JsonNode body) {
        if (!body.isObject()) {
            return invalid("The request body is not a JSON object.", null);
        }
        if (!body.path("model").isTextual()) {
            return invalid("Missing required parameter: 'model'.", "model");
        }
        var input = body.path("input");
        if (!input.isTextual() && (!input.isArray() || input.isEmpty())) {
            return invalid("Missing required parameter: 'input'.", "input");
        }
        long maxTokens = body.path("max_output_tokens").asLong(Long.MAX_VALUE);
        if (maxTokens < 1) {
            return invalid("Invalid 'max_output_tokens': integer below minimum value.", "max_output_tokens");
        }
        var names = new HashSet<String>();
        var freeform = new HashSet<String>();
        for (var tool : body.path("tools")) {
            var name = tool.path("name").asText();
            switch (tool.path("type").asText()) {
                case "function" -> names.add(name);
                case "custom" -> {
                    names.add(name);
                    freeform.add(name);
                }
                default -> {
                    // The API's own tools are run by the API: a client can't be told to.
                }
            }
        }
        var tools = body.path("tools").isArray() ? body.path("tools") : JsonNodeFactory.instance.arrayNode();
        int tokens = Model.words(body.path("instructions")) + Model.words(input) + Model.words(tools);
        return new Reading.Valid(new ResponsesRequest(
                body.path("model").textValue(),
                body.path("stream").asBoolean(),
                new Prompt(lastOfUser(input), toolResult(input), names, maxTokens),
                freeform,
                tools,
                tokens));
    }

    private static Reading invalid(String message, @Nullable String param) {
        return new Reading.Invalid(OpenAiError.invalidRequest(message, param));
    }

    private static String lastOfUser(JsonNode input) {
        if (input.isTextual()) {
            return input.textValue();
        }
        return Content.elements(input)
                .filter(ResponsesRequest::isOfUser)
                .map(item -> Content.text(item.path("content")))
                .reduce((earlier, later) -> later)
                .orElse("");
    }

    /** The last output after what the user said: agents may put items of other kinds behind it. */
    private static Optional<String> toolResult(JsonNode input) {
        for (var item : Content.elements(input).toList().reversed()) {
            if (isOfUser(item)) {
                return Optional.empty();
            }
            if (item.path("type").asText().endsWith("_call_output")) {
                return Optional.of(Content.text(item.path("output")));
            }
        }
        return Optional.empty();
    }

    private static boolean isOfUser(JsonNode item) {
        return item.path("role").asText().equals("user");
    }
}
