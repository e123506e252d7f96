package dev.sallyport.standin.openai;

import dev.sallyport.standin.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * An error in OpenAI's own form.
 *
 * @param status the HTTP status
 * @param type the API's name for the kind of error
 * @param param the field that is wrong; null if it is none
 * @param code the API's code for the error; null if it has none
 * @param message one sentence
 */
public record OpenAiError(
        int status,
        String type,
        @Nullable String param,
        @Nullable String code,
        String message) {
    private static final String INVALID_REQUEST = "invalid_request_error";

    /** 400. */
    public static OpenAiError invalidRequest(String message, @Nullable String param) {
        return new OpenAiError(400, INVALID_REQUEST, param, null, message);
    }

    /** 401 for a wrong key. The API shows a part of the key; that would be a leak here. */
    public static OpenAiError invalidKey() {
        return new OpenAiError(
                401,
                INVALID_REQUEST,
                null,
                "invalid_api_key",
                "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.");
    }

    /** 401 without a key. */
    public static OpenAiError missingKey() {
        return new OpenAiError(
                401,
                INVALID_REQUEST,
                null,
                null,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.");
    }

    /** 404. */
    public static OpenAiError unknownModel(String model) {
        return new OpenAiError(
                404, INVALID_REQUEST, "model", "model_not_found", "The model '" + model + "' does not exist");
    }

    /** 405. */
    public static OpenAiError methodNotAllowed(String method) {
        return new OpenAiError(
                405, INVALID_REQUEST, null, "method_not_supported", "Not allowed to " + method + " on this path");
    }

    /** 413. */
    public static OpenAiError tooLarge() {
        return new OpenAiError(413, INVALID_REQUEST, null, "request_too_large", "The request is too large");
    }

    /** 426 for a WebSocket: on this status clients go on with server-sent events at once, on others they try again. */
    public static OpenAiError upgradeRefused() {
        return new OpenAiError(426, INVALID_REQUEST, null, null, "WebSockets are not served here");
    }

    /** 429. */
    public static OpenAiError rateLimit() {
        return new OpenAiError(429, "requests", null, "rate_limit_exceeded", "Rate limit reached. Try again later.");
    }

    /** 503. */
    public static OpenAiError overloaded() {
        return new OpenAiError(
                503, "server_error", null, null, "The server is currently overloaded. Please try again later.");
    }

    /** Answers with it. */
    public void answer(Exchange exchange) {
        exchange.answerJson(status, body());
    }

    /** The JSON body. */
    public Body body() {
        return new Body(new Detail(message, type, param, code));
    }

    /** As the API writes it. */
    public record Body(Detail error) {}

    /** As the API writes it. */
    public record Detail(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}
}
