package dev.sallyport.standin.openai;

import dev.sallyport.standin.answer.Answer.ToolUse;
import dev.sallyport.standin.exchange.Ids;
import dev.sallyport.standin.exchange.Json;
import java.util.List;

/** An item of a response's output. */
sealed interface OutputItem {
    String COMPLETED = "completed";
    String IN_PROGRESS = "in_progress";

    /** Unique among all items. */
    String id();

    /** The item as a stream announces it: nothing in it yet. */
    OutputItem begun();

    record Message(String id, String type, String status, String role, List<Text> content) implements OutputItem {
        static Message of(String text) {
            return new Message(Ids.next("msg_"), "message", COMPLETED, "assistant", List.of(Text.of(text)));
        }

        @Override
        public Message begun() {
            return new Message(id, type, IN_PROGRESS, role, List.of());
        }

        String text() {
            return content.getFirst().text();
        }
    }

    record Text(String type, List<Object> annotations, List<Object> logprobs, String text) {
        static Text of(String text) {
            return new Text("output_text", List.of(), List.of(), text);
        }
    }

    /**
     * A call of a function.
     *
     * @param arguments JSON as text
     */
    record FunctionCall(String id, String type, String status, String arguments, String callId, String name)
            implements OutputItem {
        static FunctionCall of(ToolUse tool) {
            return new FunctionCall(
                    Ids.next("fc_"),
                    "function_call",
                    COMPLETED,
                    Json.write(tool.input()),
                    Ids.next("call_"),
                    tool.name());
        }

        @Override
        public FunctionCall begun() {
            return new FunctionCall(id, type, IN_PROGRESS, "", callId, name);
        }
    }

    /** A call of a tool that takes a text. The prompt's JSON has it as its member {@code input}. */
    record CustomCall(String id, String type, String status, String callId, String input, String name)
            implements OutputItem {
        static CustomCall of(ToolUse tool) {
            return new CustomCall(
                    Ids.next("ctc_"),
                    "custom_tool_call",
                    COMPLETED,
                    Ids.next("call_"),
                    tool.input().path("input").asText(),
                    tool.name());
        }

        @Override
        public CustomCall begun() {
            return new CustomCall(id, type, IN_PROGRESS, callId, "", name);
        }
    }
}
