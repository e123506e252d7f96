package dev.sallyport.standin.gemini;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.sallyport.standin.exchange.Exchange;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error in Google's own form (google.rpc.Status).
 *
 * @param code the HTTP status
 * @param status the name of the gRPC status
 * @param message one sentence or two
 * @param details more, for programs
 */
public record GeminiError(int code, String message, String status, List<Detail> details) {
    private static final String INVALID_ARGUMENT = "INVALID_ARGUMENT";

    public GeminiError {
        details = List.copyOf(details);
    }

    /** 400. */
    public static GeminiError invalidArgument(String message) {
        return new GeminiError(400, message, INVALID_ARGUMENT, List.of());
    }

    /** 400: this API has no 401 for a wrong key. */
    public static GeminiError invalidKey() {
        return new GeminiError(
                400,
                "API key not valid. Please pass a valid API key.",
                INVALID_ARGUMENT,
                List.of(Detail.errorInfo("API_KEY_INVALID")));
    }

    /** 401, for a wrong credential that is no API key. */
    public static GeminiError unauthenticated() {
        return new GeminiError(
                401,
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other"
                        + " valid authentication credential.",
                "UNAUTHENTICATED",
                List.of(Detail.errorInfo("ACCESS_TOKEN_TYPE_UNSUPPORTED")));
    }

    /** 403 without a key. */
    public static GeminiError missingKey() {
        return new GeminiError(
                403,
                "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or"
                        + " other form of API consumer identity to call this API.",
                "PERMISSION_DENIED",
                List.of());
    }

    /** 404. */
    public static GeminiError notFound(String what) {
        return new GeminiError(404, what + " is not found for this API version.", "NOT_FOUND", List.of());
    }

    /** 413. */
    public static GeminiError tooLarge() {
        return new GeminiError(413, "Request payload size exceeds the limit.", INVALID_ARGUMENT, List.of());
    }

    /**
     * 429.
     *
     * @param retryAfter seconds to wait, which this API says in the body; empty if it says nothing
     */
    public static GeminiError rateLimit(String retryAfter) {
        return new GeminiError(
                429,
                "You exceeded your current quota. Please try again later.",
                "RESOURCE_EXHAUSTED",
                Detail.retry(retryAfter));
    }

    /** 503, or in the midst of a stream. */
    public static GeminiError overloaded(String retryAfter) {
        return new GeminiError(
                503, "The model is overloaded. Please try again later.", "UNAVAILABLE", Detail.retry(retryAfter));
    }

    /** Answers with it. */
    public void answer(Exchange exchange) {
        exchange.answerJson(code, body());
    }

    /** The JSON body. */
    public Body body() {
        return new Body(this);
    }

    /** As the API writes it. */
    public record Body(GeminiError error) {}

    /** One of google.rpc's details; what it has not is left out. */
    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Detail(
            @JsonProperty("@type") String type,
            @Nullable String reason,
            @Nullable String domain,
            @Nullable Map<String, String> metadata,
            @Nullable String retryDelay) {
        private static final String TYPES = "type.googleapis.com/google.rpc.";

        static Detail errorInfo(String reason) {
            return new Detail(
                    TYPES + "ErrorInfo",
                    reason,
                    "googleapis.com",
                    Map.of("service", "generativelanguage.googleapis.com"),
                    null);
        }

        static List<Detail> retry(String seconds) {
            return seconds.isEmpty()
                    ? List.of()
                    : List.of(new Detail(TYPES + "RetryInfo", null, null, null, seconds + "s"));
        }
    }
}
