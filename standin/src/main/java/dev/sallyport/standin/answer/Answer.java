package dev.sallyport.standin.answer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.exchange.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the model says. A word counts as one token.
 *
 * @param words with the space before each but the first: joined they are the text, and each is one streamed event
 * @param cut whether the text ended for want of room
 * @param tool the tool that the model wants to be run after the text
 * @param pace how long to wait between two events; empty leaves it to the stand-in's configuration
 */
public record Answer(List<String> words, boolean cut, Optional<ToolUse> tool, Optional<Duration> pace) {
    public Answer {
        words = List.copyOf(words);
    }

    /** The whole text. */
    public String text() {
        return String.join("", words);
    }

    /** How many tokens the answer counts: its words, and for a tool one for its name and one for its input. */
    public int tokens() {
        return words.size() + (tool.isPresent() ? 2 : 0);
    }

    /**
     * A tool to run.
     *
     * @param input a JSON object
     */
    public record ToolUse(String name, JsonNode input) {
        private static final int PIECE = 12;

        /** The input as it is streamed: JSON in pieces of {@value #PIECE} characters, none of them cut in two. */
        public Stream<String> inputInPieces() {
            var text = Json.write(input);
            int[] characters = text.codePoints().toArray();
            return IntStream.iterate(0, at -> at < characters.length, at -> at + PIECE)
                    .mapToObj(at -> new String(characters, at, Math.min(PIECE, characters.length - at)));
        }
    }
}
