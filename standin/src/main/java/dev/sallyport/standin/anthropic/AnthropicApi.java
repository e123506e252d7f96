package dev.sallyport.standin.anthropic;

import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.anthropic.MessagesRequest.Reading;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Gate;
import dev.sallyport.standin.auth.Gate.Verdict;
import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.ReceivedBody;
import dev.sallyport.standin.exchange.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Anthropic's API. Takes every path that no other API has, as it answers unknown ones in its own form.
 */
public final class AnthropicApi implements Service {
    /** The API's own limit on the size of a request: 32 MB. */
    private static final int MAX_BODY = 32 * 1024 * 1024;

    private static final String MODELS = "/v1/models";

    /** Without this beta the API takes no token of a subscription. */
    private static final String OAUTH_BETA = "oauth-2025-04-20";

    private final Gate keys;
    private final Gate tokens;
    private final Duration eventDelay;

    /**
     * Opens to either gate.
     *
     * @param keys judges API keys
     * @param tokens judges the tokens of subscriptions
     * @param eventDelay between two events of a stream, unless the prompt says otherwise
     */
    public AnthropicApi(Gate keys, Gate tokens, Duration eventDelay) {
        this.keys = keys;
        this.tokens = tokens;
        this.eventDelay = eventDelay;
    }

    @Override
    public boolean takes(HttpServerRequest request) {
        return true;
    }

    @Override
    public int bodyLimit() {
        return MAX_BODY;
    }

    @Override
    public void serve(Exchange exchange) {
        exchange.response()
                .putHeader("request-id", exchange.entry().id())
                .putHeader("anthropic-organization-id", "5a11b0a7-0000-4000-8000-57a4d1200000");
        exchange.whenBodyIsRead(body -> {
            var path = Optional.ofNullable(exchange.request().path()).orElse("");
            switch (path) {
                // Asked for without a key, to see whether the API can be reached.
                case "/api/hello" -> exchange.answerJson(200, new Hello("hello"));
                case "/v1/messages" -> permitted(exchange, HttpMethod.POST, () -> messages(exchange, body));
                case "/v1/messages/count_tokens" -> permitted(exchange, HttpMethod.POST, () -> count(exchange, body));
                case MODELS -> permitted(exchange, HttpMethod.GET, () -> models(exchange));
                case String model
                when model.startsWith(MODELS + "/") ->
                    permitted(exchange, HttpMethod.GET, () -> model(exchange, model.substring(MODELS.length() + 1)));
                default -> AnthropicError.notFound("Not found").answer(exchange);
            }
        });
    }

    private void permitted(Exchange exchange, HttpMethod method, Runnable endpoint) {
        var asked = exchange.request().method();
        if (!asked.equals(method) && !(method.equals(HttpMethod.GET) && asked.equals(HttpMethod.HEAD))) {
            AnthropicError.methodNotAllowed().answer(exchange);
            return;
        }
        boolean subscription = tokens.judge(exchange.credentials()) instanceof Verdict.Granted;
        if (subscription && !asksFor(OAUTH_BETA, exchange.request())) {
            AnthropicError.authentication("OAuth authentication is currently not supported.")
                    .answer(exchange);
            return;
        }
        switch (subscription ? new Verdict.Granted() : keys.judge(exchange.credentials())) {
            case Verdict.Missing missing ->
                AnthropicError.authentication("x-api-key header is required").answer(exchange);
            case Verdict.Refused refused ->
                AnthropicError.authentication(
                                refused.carrier() == Carrier.X_API_KEY ? "invalid x-api-key" : "Invalid bearer token")
                        .answer(exchange);
            case Verdict.Granted granted -> {
                if (exchange.request().getHeader("anthropic-version") == null) {
                    AnthropicError.invalidRequest("anthropic-version: header is required")
                            .answer(exchange);
                } else {
                    endpoint.run();
                }
            }
        }
    }

    private static boolean asksFor(String beta, HttpServerRequest request) {
        return request.headers().getAll("anthropic-beta").stream()
                .flatMap(field -> Stream.of(field.split(",", -1)))
                .anyMatch(name -> name.strip().equals(beta));
    }

    private void messages(Exchange exchange, ReceivedBody body) {
        switch (read(body, false)) {
            case Reading.Invalid invalid -> invalid.error().answer(exchange);
            case Reading.Valid valid -> {
                var request = valid.request();
                var answer = Model.answer(request.prompt());
                exchange.response()
                        .putHeader("anthropic-ratelimit-requests-limit", "4000")
                        .putHeader("anthropic-ratelimit-requests-remaining", "3999");
                if (request.stream()) {
                    exchange.response().putHeader("cache-control", "no-cache");
                    exchange.answerInPieces(
                            200,
                            "text/event-stream; charset=utf-8",
                            MessageEvents.of(request, answer).iterator(),
                            answer.pace().orElse(eventDelay));
                } else {
                    exchange.answerJson(200, Message.complete(request, answer));
                }
            }
        }
    }

    private static void count(Exchange exchange, ReceivedBody body) {
        switch (read(body, true)) {
            case Reading.Invalid invalid -> invalid.error().answer(exchange);
            case Reading.Valid valid ->
                exchange.answerJson(200, new TokenCount(valid.request().inputTokens()));
        }
    }

    private static Reading read(ReceivedBody body, boolean forCount) {
        if (!body.complete()) {
            return new Reading.Invalid(AnthropicError.tooLarge());
        }
        return Json.parse(body.kept())
                .map(json -> forCount ? MessagesRequest.readForCount(json) : MessagesRequest.read(json))
                .orElseGet(
                        () -> new Reading.Invalid(AnthropicError.invalidRequest("The request body is not valid JSON")));
    }

    private static void models(Exchange exchange) {
        var request = exchange.request();
        try {
            int limit = Integer.parseInt(request.getParam("limit", "20"));
            if (limit >= 1 && limit <= 1000) {
                exchange.answerJson(200, Models.page(request.getParam("after_id"), limit));
                return;
            }
        } catch (NumberFormatException noNumber) {
            // Refused like a number out of range.
        }
        AnthropicError.invalidRequest("limit: must be between 1 and 1000").answer(exchange);
    }

    private static void model(Exchange exchange, String id) {
        Models.find(id)
                .ifPresentOrElse(
                        model -> exchange.answerJson(200, model),
                        () -> AnthropicError.notFound("model: " + id).answer(exchange));
    }

    private record Hello(String message) {}

    private record TokenCount(int inputTokens) {}
}
