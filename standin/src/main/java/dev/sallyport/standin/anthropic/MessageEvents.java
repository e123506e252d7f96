package dev.sallyport.standin.anthropic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.answer.Answer.ToolUse;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import dev.sallyport.standin.exchange.Ids;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A message as the API streams it: a text block, with one event a word, then perhaps a tool's. */
public final class MessageEvents {
    private MessageEvents() {}

    /** The events of a long message, for a stream that is going to fail in the midst of it. */
    public static Stream<Piece> sample() {
        var prompt = new Prompt("count to 100000", Optional.empty(), Set.of(), Long.MAX_VALUE);
        return of(new MessagesRequest("claude-sonnet-5", true, prompt, 3), Model.answer(prompt));
    }

    /** The event that tells of an error in the midst of a stream. */
    public static Piece error(AnthropicError error, String requestId) {
        return Piece.event("error", Json.write(error.body(requestId)));
    }

    /** Made one at a time, as they are sent. */
    static Stream<Piece> of(MessagesRequest request, Answer answer) {
        var opening = Stream.of(
                piece(new MessageStart("message_start", Message.started(request))),
                piece(new BlockStart("content_block_start", 0, new ContentBlock.Text(""))),
                piece(new Ping("ping")));
        var words = answer.words().stream()
                .map(word -> piece(new BlockDelta("content_block_delta", 0, new TextDelta("text_delta", word))));
        var closing = Stream.of(
                piece(new MessageDelta(
                        "message_delta",
                        new Stop(Message.stopReason(answer), null),
                        Usage.of(request.inputTokens(), answer.tokens()))),
                piece(new MessageStop("message_stop")));
        return Stream.of(
                        opening,
                        words,
                        Stream.of(piece(new BlockStop("content_block_stop", 0))),
                        answer.tool().stream().flatMap(MessageEvents::tool),
                        closing)
                .flatMap(events -> events);
    }

    private static Stream<Piece> tool(ToolUse tool) {
        var start = new ContentBlock.ToolUse(Ids.next("toolu_01"), tool.name(), JsonNodeFactory.instance.objectNode());
        var deltas = input(tool)
                .map(json -> piece(new BlockDelta("content_block_delta", 1, new JsonDelta("input_json_delta", json))));
        return Stream.of(
                        Stream.of(piece(new BlockStart("content_block_start", 1, start))),
                        deltas,
                        Stream.of(piece(new BlockStop("content_block_stop", 1))))
                .flatMap(events -> events);
    }

    /** The API begins with an empty piece, and an input without members is that piece alone. */
    private static Stream<String> input(ToolUse tool) {
        return Stream.concat(Stream.of(""), tool.input().isEmpty() ? Stream.empty() : tool.inputInPieces());
    }

    private static Piece piece(Event event) {
        return Piece.event(event.type(), Json.write(event));
    }

    private sealed interface Event {
        String type();
    }

    private record MessageStart(String type, Message message) implements Event {}

    private record Ping(String type) implements Event {}

    private record BlockStart(String type, int index, ContentBlock contentBlock) implements Event {}

    private record BlockDelta(String type, int index, Delta delta) implements Event {}

    private record BlockStop(String type, int index) implements Event {}

    private record MessageDelta(String type, Stop delta, Usage usage) implements Event {}

    private record MessageStop(String type) implements Event {}

    private record Stop(String stopReason, @Nullable String stopSequence) {}

    private sealed interface Delta {}

    private record TextDelta(String type, String text) implements Delta {}

    private record JsonDelta(String type, String partialJson) implements Delta {}
}
