package dev.sallyport.standin.anthropic;

import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.exchange.Ids;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that the model wrote, as the API gives it. */
record Message(
        String id,
        String type,
        String role,
        String model,
        List<ContentBlock> content,
        @Nullable String stopReason,
        @Nullable String stopSequence,
        Usage usage) {

    private static final String ID_PREFIX = "msg_01";

    /** The whole answer as one message. */
    static Message complete(MessagesRequest request, Answer answer) {
        var content = new ArrayList<ContentBlock>();
        content.add(new ContentBlock.Text(answer.text()));
        answer.tool()
                .ifPresent(
                        tool -> content.add(new ContentBlock.ToolUse(Ids.next("toolu_01"), tool.name(), tool.input())));
        return new Message(
                Ids.next(ID_PREFIX),
                "message",
                "assistant",
                request.model(),
                content,
                stopReason(answer),
                null,
                Usage.of(request.inputTokens(), answer.tokens()));
    }

    /** The message as a stream announces it: nothing said yet. */
    static Message started(MessagesRequest request) {
        return new Message(
                Ids.next(ID_PREFIX),
                "message",
                "assistant",
                request.model(),
                List.of(),
                null,
                null,
                Usage.of(request.inputTokens(), 1));
    }

    static String stopReason(Answer answer) {
        if (answer.tool().isPresent()) {
            return "tool_use";
        }
        return answer.cut() ? "max_tokens" : "end_turn";
    }
}
