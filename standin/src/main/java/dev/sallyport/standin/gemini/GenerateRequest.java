package dev.sallyport.standin.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.answer.Content;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import dev.sallyport.standin.exchange.Json;
import java.util.HashSet;
import java.util.Optional;

/**
 * What is asked of the model.
 *
 * @param model its name, without {@code models/}
 * @param promptTokens how many words there are in the system's instruction, the contents and the tools
 */
record GenerateRequest(String model, Prompt prompt, int promptTokens) {

    /** What a reader makes of a request's body. */
    sealed interface Reading {
        /** It can be answered. */
        record Valid(GenerateRequest request) implements Reading {}

        /** It cannot, and why. */
        record Invalid(GeminiError error) implements Reading {}
    }

    /** Reads a request for content. */
    static Reading read(String model, JsonNode body) {
        if (!body.isObject()) {
            return invalid("Invalid JSON payload received. Expected an object.");
        }
        var contents = body.path("contents");
        if (!contents.isArray() || contents.isEmpty()) {
            return invalid("* GenerateContentRequest.contents: contents is not specified");
        }
        var limit = body.path("generationConfig").path("maxOutputTokens");
        long maxTokens = limit.asLong(Long.MAX_VALUE);
        if (maxTokens < 1) {
            return invalid("* GenerateContentRequest.generation_config.max_output_tokens: must be positive");
        }
        if (!model.startsWith("gemini-")) {
            return new Reading.Invalid(GeminiError.notFound("models/" + model));
        }
        int tokens =
                Model.words(body.path("systemInstruction")) + Model.words(contents) + Model.words(body.path("tools"));
        return new Reading.Valid(new GenerateRequest(model, prompt(body, contents, maxTokens), tokens));
    }

    /** Reads a request for a count of tokens: bare contents, or a whole request within. */
    static Reading readForCount(String model, JsonNode body) {
        var whole = body.path("generateContentRequest");
        return read(model, whole.isMissingNode() ? body : whole);
    }

    private static Reading invalid(String message) {
        return new Reading.Invalid(GeminiError.invalidArgument(message));
    }

    private static Prompt prompt(JsonNode body, JsonNode contents, long maxTokens) {
        var tools = new HashSet<String>();
        body.path("tools")
                .forEach(tool -> tool.path("functionDeclarations")
                        .forEach(function -> tools.add(function.path("name").asText())));
        var parts = Content.elements(contents)
                .filter(content -> !content.path("role").asText().equals("model"))
                .map(content -> content.path("parts"))
                .reduce((earlier, later) -> later)
                .orElse(contents.path(0).path("parts"));
        return new Prompt(lastText(parts), toolResult(parts), tools, maxTokens, schema(body.path("generationConfig")));
    }

    private static Optional<JsonNode> schema(JsonNode config) {
        var schema =
                config.has("responseJsonSchema") ? config.path("responseJsonSchema") : config.path("responseSchema");
        return Optional.of(schema)
                .filter(asked -> config.path("responseMimeType").asText().equals("application/json"));
    }

    /** Agents put notes of their own beside what the user said, in tags; those are not what is answered. */
    private static String lastText(JsonNode parts) {
        return Content.elements(parts)
                .filter(part -> part.has("text"))
                .map(part -> part.path("text").asText())
                .filter(text -> !text.stripLeading().startsWith("<session_context>"))
                .reduce((earlier, later) -> later)
                .orElse("");
    }

    /** A function's response is any object; by convention what it says is in one of these members. */
    private static Optional<String> toolResult(JsonNode parts) {
        return Content.elements(parts)
                .filter(part -> part.has("functionResponse"))
                .map(part -> part.path("functionResponse").path("response"))
                .map(response -> {
                    var said = response.path("output").isTextual() ? response.path("output") : response.path("result");
                    return said.isTextual() ? said.textValue() : Json.write(response);
                })
                .reduce((earlier, later) -> later);
    }
}
