package dev.sallyport.e2e;

import java.util.List;
import java.util.stream.Stream;

/** Programs that speak with models: SDKs, each driven by a script, and agents, each by one that reads what it prints. */
enum ModelProgram {
    ANTHROPIC_PYTHON("Anthropic SDK (Python)", ModelApi.ANTHROPIC, "agent", "anthropic_turns.py", "weather"),
    ANTHROPIC_NODE("Anthropic SDK (Node.js)", ModelApi.ANTHROPIC, "agent", "anthropic_turns.mjs", "weather"),
    OPENAI_PYTHON("OpenAI SDK (Python)", ModelApi.OPENAI_CHAT, "agent", "openai_turns.py", "weather"),
    OPENAI_NODE("OpenAI SDK (Node.js)", ModelApi.OPENAI_CHAT, "agent", "openai_turns.mjs", "weather"),
    RESPONSES_PYTHON(
            "OpenAI SDK (Python), Responses", ModelApi.OPENAI_RESPONSES, "agent", "responses_turns.py", "weather"),
    RESPONSES_NODE(
            "OpenAI SDK (Node.js), Responses", ModelApi.OPENAI_RESPONSES, "agent", "responses_turns.mjs", "weather"),
    CLAUDE_CODE("Claude Code", ModelApi.ANTHROPIC, "claude-code", "claude_turns.py", "Bash"),
    CODEX("Codex", ModelApi.OPENAI_RESPONSES, "codex", "codex_turns.py", "exec_command"),
    GEMINI_CLI("Gemini CLI", ModelApi.GEMINI, "gemini-cli", "gemini_turns.py", "run_shell_command"),
    AIDER("aider", ModelApi.OPENAI_CHAT, "aider", "aider_turn.py", "");

    private final String program;
    private final ModelApi api;
    private final String container;
    private final String script;
    private final String tool;

    ModelProgram(String program, ModelApi api, String container, String script, String tool) {
        this.program = program;
        this.api = api;
        this.container = container;
        this.script = script;
        this.tool = tool;
    }

    ModelApi api() {
        return api;
    }

    /** Of the sandbox's. */
    String container() {
        return container;
    }

    /** The one that the model is asked to use; empty: it is not asked to use any. */
    String tool() {
        return tool;
    }

    /** Runs it in its container, and gives what that printed. */
    Tool.Result run(Sandbox sandbox, String url) {
        List<String> interpreter =
                script.endsWith(".mjs") ? List.of("node", "--input-type=module") : List.of("python3");
        return sandbox.execIn(
                container,
                Sandbox.resource("agent/" + script),
                Stream.concat(interpreter.stream(), Stream.of("-", url)).toArray(String[]::new));
    }

    @Override
    public String toString() {
        return program;
    }
}
