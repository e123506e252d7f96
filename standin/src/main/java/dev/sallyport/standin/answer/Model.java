package dev.sallyport.standin.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sallyport.standin.answer.Answer.ToolUse;
import dev.sallyport.standin.exchange.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * The made-up model. The user says, and it answers:
 *
 * <ul>
 *   <li>anything, where JSON of some schema is asked for: that, with what the user said in its strings;
 *   <li>{@code use tool NAME {json}}, NAME being on offer: a turn that uses the tool with that input ({@code {}} if there
 *       is none), once it has said "Using NAME.";
 *   <li>a tool's result: "The tool answered: " and the result;
 *   <li>{@code count to N}: the numbers from 1 to N, at most {@value #MAX_COUNT}; with {@code every M ms} at that pace,
 *       at most {@value #MAX_PACE} ms;
 *   <li>anything else: "You said: " and the first {@value #MAX_ECHO} words of it.
 * </ul>
 */
public final class Model {
    private static final int MAX_ECHO = 256;
    private static final int MAX_COUNT = 100_000;
    private static final int MAX_PACE = 60_000;
    private static final Pattern USE_TOOL = Pattern.compile("\\buse tool (\\S+)");
    private static final Pattern COUNT = Pattern.compile("\\bcount to (\\d{1,6})(?: every (\\d{1,5}) ?ms)?");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private static final Set<String> NO_TEXT = Set.of("role", "type", "id", "tool_use_id", "tool_call_id");

    private Model() {}

    /** The same answer to the same prompt, always. */
    public static Answer answer(Prompt prompt) {
        if (prompt.schema().isPresent()) {
            var json = Json.write(Structured.fitting(prompt.schema().get(), prompt.text()));
            return text(prompt, List.of(json), Optional.empty());
        }
        if (prompt.toolResult().isPresent()) {
            return text(prompt, echo("The tool answered: ", prompt.toolResult().get()), Optional.empty());
        }
        var tool = USE_TOOL.matcher(prompt.text());
        if (tool.find() && prompt.tools().contains(tool.group(1))) {
            var input = prompt.text().substring(tool.end()).strip();
            return new Answer(
                    spaced(List.of("Using", tool.group(1) + ".")),
                    false,
                    Optional.of(new ToolUse(tool.group(1), object(input))),
                    Optional.empty());
        }
        var count = COUNT.matcher(prompt.text());
        if (count.find()) {
            int last = Math.min(Integer.parseInt(count.group(1)), MAX_COUNT);
            var pace = Optional.ofNullable(count.group(2)).map(Integer::parseInt);
            return text(
                    prompt,
                    IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList(),
                    pace.map(millis -> Duration.ofMillis(Math.min(millis, MAX_PACE))));
        }
        return text(prompt, echo("You said: ", prompt.text()), Optional.empty());
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : SPACE.split(text.strip()).length;
    }

    /** How many words there are in all texts of this JSON, save those that only name a role, a kind or a thing. */
    public static int words(JsonNode json) {
        if (json.isTextual()) {
            return words(json.textValue());
        }
        return json.isObject()
                ? json.properties().stream()
                        .filter(member -> !NO_TEXT.contains(member.getKey()))
                        .mapToInt(member -> words(member.getValue()))
                        .sum()
                : StreamSupport.stream(json.spliterator(), false)
                        .mapToInt(Model::words)
                        .sum();
    }

    private static Answer text(Prompt prompt, List<String> words, Optional<Duration> pace) {
        boolean cut = words.size() > prompt.maxWords();
        var said = cut ? words.subList(0, (int) prompt.maxWords()) : words;
        return new Answer(spaced(said), cut, Optional.empty(), pace);
    }

    private static List<String> echo(String opening, String text) {
        var echoed = text.isBlank() ? List.<String>of() : List.of(SPACE.split(text.strip()));
        var words = new ArrayList<>(List.of(SPACE.split(opening)));
        words.addAll(echoed.subList(0, Math.min(echoed.size(), MAX_ECHO)));
        return words;
    }

    private static List<String> spaced(List<String> words) {
        return IntStream.range(0, words.size())
                .mapToObj(i -> i == 0 ? words.get(i) : " " + words.get(i))
                .toList();
    }

    private static JsonNode object(String text) {
        return Json.parseStart(text).filter(JsonNode::isObject).orElseGet(JsonNodeFactory.instance::objectNode);
    }
}
