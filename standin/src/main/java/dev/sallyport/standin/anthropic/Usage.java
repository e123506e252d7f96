package dev.sallyport.standin.anthropic;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Tokens of one turn; a word counts as one. */
record Usage(
        int inputTokens,
        int cacheCreationInputTokens,
        int cacheReadInputTokens,
        CacheCreation cacheCreation,
        int outputTokens,
        String serviceTier) {

    record CacheCreation(
            @JsonProperty("ephemeral_5m_input_tokens") int ephemeral5mInputTokens,
            @JsonProperty("ephemeral_1h_input_tokens") int ephemeral1hInputTokens) {}

    static Usage of(int inputTokens, int outputTokens) {
        return new Usage(inputTokens, 0, 0, new CacheCreation(0, 0), outputTokens, "standard");
    }
}
