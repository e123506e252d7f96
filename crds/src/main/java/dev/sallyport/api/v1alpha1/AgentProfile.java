package dev.sallyport.api.v1alpha1;

/** The agents whose environment Sallyport knows how to set up. */
public enum AgentProfile {
    /** Proxy and trust variables that common tools read; nothing for a certain agent. */
    Generic,
    ClaudeCode,
    Codex,
    GeminiCli,
    OpenCode,
    Aider,
    Goose,
    CopilotCli,
    OpenHands
}
