package dev.sallyport.standin.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;

/**
 * What the model is asked.
 *
 * @param text the last thing that the user said
 * @param toolResult what a tool answered, if that is the last thing in the conversation
 * @param tools the names of the tools on offer
 * @param maxWords how long the answer may be, at least 1
 * @param schema what the answer must fit, if it is to be JSON
 */
public record Prompt(
        String text, Optional<String> toolResult, Set<String> tools, long maxWords, Optional<JsonNode> schema) {
    /** A prompt that asks for no JSON. */
    public Prompt(String text, Optional<String> toolResult, Set<String> tools, long maxWords) {
        this(text, toolResult, tools, maxWords, Optional.empty());
    }

    public Prompt {
        tools = Set.copyOf(tools);
        if (maxWords < 1) {
            throw new IllegalArgumentException("an answer of " + maxWords + " words");
        }
    }
}
