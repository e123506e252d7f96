package dev.sallyport.standin.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Gate;
import dev.sallyport.standin.auth.Gate.Verdict;
import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.ReceivedBody;
import dev.sallyport.standin.exchange.Service;
import dev.sallyport.standin.gemini.GenerateRequest.Reading;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Gemini's API: all below {@code /v1beta}, and the models and their methods below {@code /v1}. The other providers have
 * models there too, so it takes those requests that are certainly not meant for them: a method of a model, and what brings
 * a key in a place that only this API has.
 */
public final class GeminiApi implements Service {
    /** The API's own limit on the size of a request: 20 MB. */
    private static final int MAX_BODY = 20 * 1024 * 1024;

    private static final String BETA = "/v1beta/";
    private static final Pattern MODELS =
            Pattern.compile("/v1(?:beta)?/models(?:/(?<name>[^/:]+)(?::(?<method>\\w+))?)?");

    private final Gate gate;
    private final Duration eventDelay;

    /** @param eventDelay between two events of a stream, unless the prompt says otherwise */
    public GeminiApi(Gate gate, Duration eventDelay) {
        this.gate = gate;
        this.eventDelay = eventDelay;
    }

    @Override
    public boolean takes(HttpServerRequest request) {
        var path = Optional.ofNullable(request.path()).orElse("");
        if (path.startsWith(BETA)) {
            return true;
        }
        var models = MODELS.matcher(path);
        return models.matches()
                && (models.group("method") != null
                        || request.headers().contains(Carrier.X_GOOG_API_KEY.label())
                        || request.params().contains(Carrier.QUERY_KEY.label()));
    }

    @Override
    public int bodyLimit() {
        return MAX_BODY;
    }

    @Override
    public void serve(Exchange exchange) {
        exchange.whenBodyIsRead(body -> {
            switch (gate.judge(exchange.credentials())) {
                case Verdict.Missing missing -> GeminiError.missingKey().answer(exchange);
                case Verdict.Refused refused -> refusal(refused.carrier()).answer(exchange);
                case Verdict.Granted granted -> route(exchange, body);
            }
        });
    }

    private static GeminiError refusal(Carrier carrier) {
        return carrier == Carrier.X_GOOG_API_KEY || carrier == Carrier.QUERY_KEY
                ? GeminiError.invalidKey()
                : GeminiError.unauthenticated();
    }

    /** A path that is asked for with another method does not exist: that is how this API says it. */
    private void route(Exchange exchange, ReceivedBody body) {
        var path = Optional.ofNullable(exchange.request().path()).orElse("");
        var models = MODELS.matcher(path);
        if (!models.matches()) {
            GeminiError.notFound(path).answer(exchange);
            return;
        }
        var name = Optional.ofNullable(models.group("name"));
        var method = Optional.ofNullable(models.group("method"));
        if (!exchange.request().method().equals(method.isPresent() ? HttpMethod.POST : HttpMethod.GET)) {
            GeminiError.notFound(path).answer(exchange);
        } else if (method.isPresent()) {
            call(exchange, body, name.orElseThrow(), method.get());
        } else if (name.isPresent()) {
            model(exchange, "models/" + name.get());
        } else {
            exchange.answerJson(200, Models.all());
        }
    }

    private static void model(Exchange exchange, String name) {
        Models.find(name)
                .ifPresentOrElse(
                        model -> exchange.answerJson(200, model),
                        () -> GeminiError.notFound(name).answer(exchange));
    }

    private void call(Exchange exchange, ReceivedBody body, String model, String method) {
        switch (method) {
            case "generateContent" ->
                read(
                        exchange,
                        body,
                        model,
                        GenerateRequest::read,
                        request -> exchange.answerJson(
                                200, new Generation(request, Model.answer(request.prompt())).whole()));
            case "streamGenerateContent" ->
                read(exchange, body, model, GenerateRequest::read, request -> stream(exchange, request));
            case "countTokens" ->
                read(
                        exchange,
                        body,
                        model,
                        GenerateRequest::readForCount,
                        request -> exchange.answerJson(200, new TokenCount(request.promptTokens())));
            default -> GeminiError.notFound("models/" + model + ":" + method).answer(exchange);
        }
    }

    private void stream(Exchange exchange, GenerateRequest request) {
        var answer = Model.answer(request.prompt());
        var generation = new Generation(request, answer);
        boolean sse = exchange.request().getParam("alt", "json").equals("sse");
        exchange.answerInPieces(
                200,
                sse ? "text/event-stream" : "application/json; charset=UTF-8",
                (sse ? generation.events() : generation.array()).iterator(),
                answer.pace().orElse(eventDelay));
    }

    private static void read(
            Exchange exchange,
            ReceivedBody body,
            String model,
            BiFunction<String, JsonNode, Reading> reader,
            Consumer<GenerateRequest> endpoint) {
        var reading = body.complete()
                ? Json.parse(body.kept())
                        .map(json -> reader.apply(model, json))
                        .orElseGet(() -> new Reading.Invalid(
                                GeminiError.invalidArgument("Invalid JSON payload received. Unexpected token.")))
                : new Reading.Invalid(GeminiError.tooLarge());
        switch (reading) {
            case Reading.Invalid invalid -> invalid.error().answer(exchange);
            case Reading.Valid valid -> endpoint.accept(valid.request());
        }
    }

    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    private record TokenCount(int totalTokens) {}
}
