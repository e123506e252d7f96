package dev.sallyport.standin.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.answer.Answer.ToolUse;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.openai.OutputItem.CustomCall;
import dev.sallyport.standin.openai.OutputItem.FunctionCall;
import dev.sallyport.standin.openai.OutputItem.Message;
import dev.sallyport.standin.openai.OutputItem.Text;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A response as the API streams it: item by item, a word an event; the events are numbered as they are made. */
public final class ResponseEvents {
    private final ResponsesRequest request;
    private final Answer answer;
    private final Response begun;
    private int sequence;

    ResponseEvents(ResponsesRequest request, Answer answer, Instant now) {
        this.request = request;
        this.answer = answer;
        this.begun = Response.begun(request, now);
    }

    /** The first events of a long response, and the two with which the API says that it failed in its midst. */
    public static Stream<Piece> failing(int after, OpenAiError error) {
        var sample = sampled();
        return Stream.concat(
                sample.pieces().limit(after),
                Stream.of(1, 2)
                        .map(step -> step == 1
                                ? sample.piece(new Failed("error", sample.next(), error.code(), error.message(), null))
                                : sample.lifecycle("response.failed", sample.begun.failed(error))));
    }

    /** The events of a long response. */
    public static Stream<Piece> sample() {
        return sampled().pieces();
    }

    private static ResponseEvents sampled() {
        var prompt = new Prompt("count to 100000", Optional.empty(), Set.of(), Long.MAX_VALUE);
        var request = new ResponsesRequest("gpt-5.2", true, prompt, Set.of(), JsonNodeFactory.instance.arrayNode(), 3);
        return new ResponseEvents(request, Model.answer(prompt), Instant.EPOCH);
    }

    /** Made one at a time, as they are sent. */
    Stream<Piece> pieces() {
        var items = Response.items(request, answer);
        return Stream.of(
                        Stream.of("response.created", "response.in_progress").map(type -> lifecycle(type, begun)),
                        IntStream.range(0, items.size()).boxed().flatMap(at -> item(at, items.get(at))),
                        Stream.of(answer.cut() ? "response.incomplete" : "response.completed")
                                .map(type -> lifecycle(type, begun.with(items, request, answer))))
                .flatMap(pieces -> pieces);
    }

    private Stream<Piece> item(int at, OutputItem item) {
        var content =
                switch (item) {
                    case Message message -> text(at, message);
                    case FunctionCall call -> arguments(at, call);
                    case CustomCall call -> input(at, call);
                };
        return Stream.of(
                        Stream.of(item.begun()).map(begunItem -> item("response.output_item.added", at, begunItem)),
                        content,
                        Stream.of(item).map(done -> item("response.output_item.done", at, done)))
                .flatMap(pieces -> pieces);
    }

    private Stream<Piece> text(int at, Message message) {
        var id = message.id();
        var start = Stream.of("")
                .map(text -> piece(new PartEvent("response.content_part.added", next(), id, at, 0, Text.of(text))));
        var words = answer.words().stream()
                .map(word -> piece(new TextDelta("response.output_text.delta", next(), id, at, 0, word, List.of())));
        var text = Stream.of(message.text())
                .map(whole -> piece(new TextDone("response.output_text.done", next(), id, at, 0, whole, List.of())));
        var part = Stream.of(message.text())
                .map(whole -> piece(new PartEvent("response.content_part.done", next(), id, at, 0, Text.of(whole))));
        return Stream.of(start, words, text, part).flatMap(pieces -> pieces);
    }

    private Stream<Piece> arguments(int at, FunctionCall call) {
        var pieces = answer.tool().stream()
                .flatMap(ToolUse::inputInPieces)
                .map(json -> piece(new Delta("response.function_call_arguments.delta", next(), call.id(), at, json)));
        var done = Stream.of(call.arguments())
                .map(all -> piece(new ArgumentsDone(
                        "response.function_call_arguments.done", next(), call.id(), at, call.name(), all)));
        return Stream.concat(pieces, done);
    }

    private Stream<Piece> input(int at, CustomCall call) {
        var delta = Stream.of(call.input())
                .map(text -> piece(new Delta("response.custom_tool_call_input.delta", next(), call.id(), at, text)));
        var done = Stream.of(call.input())
                .map(text -> piece(new InputDone("response.custom_tool_call_input.done", next(), call.id(), at, text)));
        return Stream.concat(delta, done);
    }

    private int next() {
        return sequence++;
    }

    private Piece lifecycle(String type, Response response) {
        return piece(new Lifecycle(type, next(), response));
    }

    private Piece item(String type, int at, OutputItem item) {
        return piece(new ItemEvent(type, next(), at, item));
    }

    private Piece piece(Event event) {
        return Piece.event(event.type(), Json.write(event));
    }

    private sealed interface Event {
        String type();
    }

    private record Lifecycle(String type, int sequenceNumber, Response response) implements Event {}

    private record ItemEvent(String type, int sequenceNumber, int outputIndex, OutputItem item) implements Event {}

    private record PartEvent(
            String type, int sequenceNumber, String itemId, int outputIndex, int contentIndex, Text part)
            implements Event {}

    private record TextDelta(
            String type,
            int sequenceNumber,
            String itemId,
            int outputIndex,
            int contentIndex,
            String delta,
            List<Object> logprobs)
            implements Event {}

    private record TextDone(
            String type,
            int sequenceNumber,
            String itemId,
            int outputIndex,
            int contentIndex,
            String text,
            List<Object> logprobs)
            implements Event {}

    private record Delta(String type, int sequenceNumber, String itemId, int outputIndex, String delta)
            implements Event {}

    private record ArgumentsDone(
            String type, int sequenceNumber, String itemId, int outputIndex, String name, String arguments)
            implements Event {}

    private record InputDone(String type, int sequenceNumber, String itemId, int outputIndex, String input)
            implements Event {}

    private record Failed(
            String type,
            int sequenceNumber,
            @Nullable String code,
            String message,
            @Nullable String param) implements Event {}
}
