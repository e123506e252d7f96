package dev.sallyport.standin.anthropic;

import dev.sallyport.standin.exchange.Exchange;

/**
 * An error in Anthropic's own form.
 *
 * @param status the HTTP status
 * @param type the API's name for the kind of error
 * @param message one sentence
 */
public record AnthropicError(int status, String type, String message) {
    /** 400. */
    public static AnthropicError invalidRequest(String message) {
        return new AnthropicError(400, "invalid_request_error", message);
    }

    /** 401. */
    public static AnthropicError authentication(String message) {
        return new AnthropicError(401, "authentication_error", message);
    }

    /** 404. */
    public static AnthropicError notFound(String message) {
        return new AnthropicError(404, "not_found_error", message);
    }

    /** 405. */
    public static AnthropicError methodNotAllowed() {
        return new AnthropicError(405, "invalid_request_error", "Method Not Allowed");
    }

    /** 413. */
    public static AnthropicError tooLarge() {
        return new AnthropicError(413, "request_too_large", "Request exceeds the maximum size");
    }

    /** 429. */
    public static AnthropicError rateLimit() {
        return new AnthropicError(
                429, "rate_limit_error", "This request would exceed your organization's rate limit. Try again later.");
    }

    /** 529, or in the midst of a stream. */
    public static AnthropicError overloaded() {
        return new AnthropicError(529, "overloaded_error", "Overloaded");
    }

    /** Answers with it. */
    public void answer(Exchange exchange) {
        boolean passing = status == 429 || status >= 500;
        // Clients ask this header first; without it some try a wrong key again and again.
        exchange.response().putHeader("x-should-retry", Boolean.toString(passing));
        exchange.answerJson(status, body(exchange.entry().id()));
    }

    /** The JSON body. */
    public Body body(String requestId) {
        return new Body("error", new Detail(type, message), requestId);
    }

    /** As the API writes it. */
    public record Body(String type, Detail error, String requestId) {}

    /** As the API writes it. */
    public record Detail(String type, String message) {}
}
