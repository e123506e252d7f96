package dev.sallyport.standin.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.answer.Answer.ToolUse;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.answer.Prompt;
import dev.sallyport.standin.exchange.Ids;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.openai.ChatCompletion.Function;
import dev.sallyport.standin.openai.ChatCompletion.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An answer as the API streams it: one chunk a word, then perhaps a tool call, and {@code [DONE]}. */
public final class ChatChunks {
    private final ChatRequest request;
    private final Answer answer;
    private final String id = Ids.next("chatcmpl-");
    private final long created;

    ChatChunks(ChatRequest request, Answer answer, Instant now) {
        this.request = request;
        this.answer = answer;
        this.created = now.getEpochSecond();
    }

    /** The chunks of a long answer, for a stream that is going to fail in the midst of it. */
    public static Stream<Piece> sample() {
        var prompt = new Prompt("count to 100000", Optional.empty(), Set.of(), Long.MAX_VALUE);
        return new ChatChunks(new ChatRequest("gpt-5.2", true, false, prompt, 3), Model.answer(prompt), Instant.EPOCH)
                .pieces();
    }

    /** What the API puts into a stream in whose midst it fails. */
    public static Piece error(OpenAiError error) {
        return Piece.event(null, Json.write(error.body()));
    }

    /** Made one at a time, as they are sent. */
    Stream<Piece> pieces() {
        var usage =
                request.streamUsage() ? Stream.of(piece(List.of(), Usage.of(request, answer))) : Stream.<Piece>empty();
        return Stream.of(
                        Stream.of(delta(new Delta("assistant", "", null), null)),
                        answer.words().stream().map(word -> delta(new Delta(null, word, null), null)),
                        answer.tool().stream().flatMap(this::tool),
                        Stream.of(delta(new Delta(null, null, null), ChatCompletion.finishReason(answer))),
                        usage,
                        Stream.of(Piece.event(null, "[DONE]")))
                .flatMap(pieces -> pieces);
    }

    private Stream<Piece> tool(ToolUse tool) {
        var start = new ToolCallDelta(0, Ids.next("call_"), "function", new Function(tool.name(), ""));
        var pieces = tool.inputInPieces().map(part -> new ToolCallDelta(0, null, null, new ArgumentsDelta(part)));
        return Stream.concat(Stream.of(start), pieces).map(call -> delta(new Delta(null, null, List.of(call)), null));
    }

    private Piece delta(Delta delta, @Nullable String finishReason) {
        return piece(List.of(new Choice(0, delta, null, finishReason)), null);
    }

    private Piece piece(List<Choice> choices, @Nullable Usage usage) {
        var chunk = new Chunk(id, "chat.completion.chunk", created, request.model(), "default", choices, usage);
        return Piece.event(null, Json.write(chunk));
    }

    private record Chunk(
            String id,
            String object,
            long created,
            String model,
            String serviceTier,
            List<Choice> choices,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Usage usage) {}

    private record Choice(
            int index,
            Delta delta,
            @Nullable Object logprobs,
            @Nullable String finishReason) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Delta(
            @Nullable String role,
            @Nullable String content,
            @Nullable List<ToolCallDelta> toolCalls) {}

    /**
     * A part of a tool call.
     *
     * @param function a {@link Function} at first, then {@link ArgumentsDelta}s
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record ToolCallDelta(
            int index, @Nullable String id, @Nullable String type, Record function) {}

    private record ArgumentsDelta(String arguments) {}
}
