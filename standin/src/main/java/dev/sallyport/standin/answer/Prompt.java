package dev.sallyport.standin.answer;

import java.util.Optional;
import java.util.Set;

/**
 * What the model is asked.
 *
 * @param text the last thing that the user said
 * @param toolResult what a tool answered, if that is the last thing in the conversation
 * @param tools the names of the tools on offer
 * @param maxWords how long the answer may be, at least 1
 */
public record Prompt(String text, Optional<String> toolResult, Set<String> tools, long maxWords) {
    public Prompt {
        tools = Set.copyOf(tools);
        if (maxWords < 1) {
            throw new IllegalArgumentException("an answer of " + maxWords + " words");
        }
    }
}
