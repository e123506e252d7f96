package dev.sallyport.standin.gemini;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import dev.sallyport.standin.exchange.Ids;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An answer as the API gives it: whole, or in a stream of responses that each hold a part of it, one a word. */
public final class Generation {
    private final GenerateRequest request;
    private final Answer answer;
    private final String id = Ids.next("");

    Generation(GenerateRequest request, Answer answer) {
        this.request = request;
        this.answer = answer;
    }

    /** The events of a long answer, for a stream that is going to fail in the midst of it. */
    public static Stream<Piece> sample() {
        var prompt = new Prompt("count to 100000", Optional.empty(), Set.of(), Long.MAX_VALUE);
        return new Generation(new GenerateRequest("gemini-2.5-flash", prompt, 3), Model.answer(prompt)).events();
    }

    /** What the API puts into a stream in whose midst it fails. */
    public static Piece error(GeminiError error) {
        return Piece.event(null, Json.write(error.body()));
    }

    /** The whole answer. */
    Response whole() {
        var parts = new ArrayList<Part>();
        parts.add(Part.text(answer.text()));
        answer.tool().map(Part::call).ifPresent(parts::add);
        return response(parts, finishReason(), answer.tokens());
    }

    /** The answer as {@code alt=sse} asks for it. Made one at a time, as they are sent. */
    Stream<Piece> events() {
        return responses().map(response -> Piece.event(null, Json.write(response)));
    }

    /** The answer as the API streams it otherwise: one JSON array. */
    Stream<Piece> array() {
        var first = Piece.text("message", "[");
        var last = Piece.text("message", "]\n");
        int size = parts();
        var each = IntStream.range(0, size)
                .mapToObj(i -> Piece.text("message", Json.write(response(i)) + (i < size - 1 ? ",\r\n" : "\n")));
        return Stream.of(Stream.of(first), each, Stream.of(last)).flatMap(pieces -> pieces);
    }

    private Stream<Response> responses() {
        return IntStream.range(0, parts()).mapToObj(this::response);
    }

    private int parts() {
        return answer.words().size() + (answer.tool().isPresent() ? 1 : 0);
    }

    /** The end is told with the last part: to some clients a response without a part, or with an empty text, is a broken one. */
    private Response response(int index) {
        var part = index < answer.words().size()
                ? Part.text(answer.words().get(index))
                : Part.call(answer.tool().orElseThrow());
        boolean last = index == parts() - 1;
        return response(List.of(part), last ? finishReason() : null, last ? answer.tokens() : index + 1);
    }

    private Response response(List<Part> parts, @Nullable String finishReason, int tokens) {
        var candidate = new Candidate(new Content(parts, "model"), finishReason, 0);
        var usage = new Usage(request.promptTokens(), tokens, request.promptTokens() + tokens);
        return new Response(List.of(candidate), usage, request.model(), id);
    }

    private String finishReason() {
        return answer.cut() ? "MAX_TOKENS" : "STOP";
    }

    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    record Response(List<Candidate> candidates, Usage usageMetadata, String modelVersion, String responseId) {}

    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Candidate(Content content, @Nullable String finishReason, int index) {}

    record Content(List<Part> parts, String role) {}

    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Part(@Nullable String text, @Nullable Call functionCall) {
        static Part text(String text) {
            return new Part(text, null);
        }

        static Part call(Answer.ToolUse tool) {
            return new Part(null, new Call(Ids.next(""), tool.name(), tool.input()));
        }
    }

    record Call(String id, String name, JsonNode args) {}

    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    record Usage(int promptTokenCount, int candidatesTokenCount, int totalTokenCount) {}
}
