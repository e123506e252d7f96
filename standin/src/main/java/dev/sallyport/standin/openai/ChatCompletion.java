package dev.sallyport.standin.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.exchange.Ids;
import dev.sallyport.standin.exchange.Json;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A whole answer, as the API gives it. */
record ChatCompletion(
        String id, String object, long created, String model, List<Choice> choices, Usage usage, String serviceTier) {

    record Choice(int index, Message message, @Nullable Object logprobs, String finishReason) {}

    record Message(
            String role,
            @Nullable String content,
            @Nullable String refusal,
            List<Object> annotations,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<ToolCall> toolCalls) {}

    record ToolCall(String id, String type, Function function) {
        static ToolCall of(Answer.ToolUse tool) {
            return new ToolCall(Ids.next("call_"), "function", new Function(tool.name(), Json.write(tool.input())));
        }
    }

    /**
     * A call of a function.
     *
     * @param arguments JSON as text
     */
    record Function(String name, String arguments) {}

    record Usage(int promptTokens, int completionTokens, int totalTokens) {
        static Usage of(ChatRequest request, Answer answer) {
            return new Usage(request.promptTokens(), answer.tokens(), request.promptTokens() + answer.tokens());
        }
    }

    static ChatCompletion of(ChatRequest request, Answer answer, Instant now) {
        var toolCalls = answer.tool().map(tool -> List.of(ToolCall.of(tool))).orElse(null);
        var message = new Message("assistant", answer.text(), null, List.of(), toolCalls);
        return new ChatCompletion(
                Ids.next("chatcmpl-"),
                "chat.completion",
                now.getEpochSecond(),
                request.model(),
                List.of(new Choice(0, message, null, finishReason(answer))),
                Usage.of(request, answer),
                "default");
    }

    static String finishReason(Answer answer) {
        if (answer.tool().isPresent()) {
            return "tool_calls";
        }
        return answer.cut() ? "length" : "stop";
    }
}
