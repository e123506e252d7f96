package dev.sallyport.standin.auth;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whose API is stood in for; each has keys of its own. */
public enum Provider {
    ANTHROPIC,
    OPENAI;

    /** The name in the journal and in parameters: lower case. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
