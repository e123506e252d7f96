package dev.sallyport.standin.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.exchange.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A response, as the Responses API gives it. */
record Response(
        String id,
        String object,
        long createdAt,
        String status,
        boolean background,
        @Nullable Failure error,
        @Nullable Incomplete incompleteDetails,
        String model,
        List<OutputItem> output,
        boolean parallelToolCalls,
        String toolChoice,
        JsonNode tools,
        double temperature,
        double topP,
        String truncation,
        @Nullable Usage usage,
        Map<String, String> metadata) {

    record Failure(String code, String message) {}

    record Incomplete(String reason) {}

    record Usage(
            int inputTokens,
            InputDetails inputTokensDetails,
            int outputTokens,
            OutputDetails outputTokensDetails,
            int totalTokens) {
        static Usage of(int input, int output) {
            return new Usage(input, new InputDetails(0), output, new OutputDetails(0), input + output);
        }
    }

    record InputDetails(int cachedTokens) {}

    record OutputDetails(int reasoningTokens) {}

    /** The response as a stream announces it: nothing said yet. */
    static Response begun(ResponsesRequest request, Instant now) {
        return new Response(
                Ids.next("resp_"),
                "response",
                now.getEpochSecond(),
                OutputItem.IN_PROGRESS,
                false,
                null,
                null,
                request.model(),
                List.of(),
                true,
                "auto",
                request.tools(),
                1,
                1,
                "disabled",
                null,
                Map.of());
    }

    /** The items that say this answer. */
    static List<OutputItem> items(ResponsesRequest request, Answer answer) {
        var items = new ArrayList<OutputItem>();
        items.add(OutputItem.Message.of(answer.text()));
        answer.tool()
                .map(tool -> request.freeform().contains(tool.name())
                        ? OutputItem.CustomCall.of(tool)
                        : OutputItem.FunctionCall.of(tool))
                .ifPresent(items::add);
        return items;
    }

    /** The same with all that the model said. */
    Response with(List<OutputItem> items, ResponsesRequest request, Answer answer) {
        return ended(
                answer.cut() ? "incomplete" : OutputItem.COMPLETED,
                null,
                answer.cut() ? new Incomplete("max_output_tokens") : null,
                items,
                Usage.of(request.inputTokens(), answer.tokens()));
    }

    /** The same, failed in the midst. */
    Response failed(OpenAiError why) {
        return ended("failed", new Failure("server_error", why.message()), null, List.of(), null);
    }

    private Response ended(
            String endStatus,
            @Nullable Failure failure,
            @Nullable Incomplete incomplete,
            List<OutputItem> items,
            @Nullable Usage used) {
        return new Response(
                id,
                object,
                createdAt,
                endStatus,
                background,
                failure,
                incomplete,
                model,
                items,
                parallelToolCalls,
                toolChoice,
                tools,
                temperature,
                topP,
                truncation,
                used,
                metadata);
    }
}
