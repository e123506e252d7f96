package dev.sallyport.standin.anthropic;

import com.fasterxml.jackson.databind.JsonNode;

/** A block of a message's content. */
sealed interface ContentBlock {
    /** Names the kind of block. */
    String type();

    record Text(String type, String text) implements ContentBlock {
        Text(String text) {
            this("text", text);
        }
    }

    record ToolUse(String type, String id, String name, JsonNode input) implements ContentBlock {
        ToolUse(String id, String name, JsonNode input) {
            this("tool_use", id, name, input);
        }
    }
}
