package dev.sallyport.standin.auth;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whose API is stood in for; each has credentials of its own. */
public enum Provider {
    ANTHROPIC,
    /** The tokens of a subscription to Anthropic: another kind of credential for the same API. */
    ANTHROPIC_TOKEN,
    OPENAI,
    GEMINI;

    /** The name in the journal and in parameters: lower case. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
