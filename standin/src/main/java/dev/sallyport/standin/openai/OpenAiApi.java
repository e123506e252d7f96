package dev.sallyport.standin.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.answer.Answer;
import dev.sallyport.standin.answer.Model;
import dev.sallyport.standin.auth.Gate;
import dev.sallyport.standin.auth.Gate.Verdict;
import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Json;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.exchange.ReceivedBody;
import dev.sallyport.standin.exchange.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * OpenAI's API. It shares {@code /v1/models} with Anthropic's, so it takes those requests that are certainly not meant for
 * that: with a Bearer credential, and without the {@code anthropic-version} that every request there has.
 */
public final class OpenAiApi implements Service {
    private static final int MAX_BODY = 32 * 1024 * 1024;
    private static final String CHAT_COMPLETIONS = "/v1/chat/completions";
    private static final String RESPONSES = "/v1/responses";
    private static final String MODELS = "/v1/models";
    private static final List<String> MODEL_IDS = List.of("gpt-5.2", "gpt-5.2-mini", "gpt-5.1-codex");
    private static final long MODELS_CREATED = 1_767_225_600;

    private final Gate gate;
    private final Duration eventDelay;
    private final InstantSource clock;

    /** @param eventDelay between two events of a stream, unless the prompt says otherwise */
    public OpenAiApi(Gate gate, Duration eventDelay, InstantSource clock) {
        this.gate = gate;
        this.eventDelay = eventDelay;
        this.clock = clock;
    }

    @Override
    public boolean takes(HttpServerRequest request) {
        return switch (request.path()) {
            case CHAT_COMPLETIONS, RESPONSES -> true;
            case String path
            when path.equals(MODELS) || path.startsWith(MODELS + "/") ->
                isBearer(request) && request.getHeader("anthropic-version") == null;
            case null, default -> false;
        };
    }

    /** Codex tries a WebSocket first. */
    private static boolean isUpgrade(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader("upgrade"));
    }

    private static boolean isBearer(HttpServerRequest request) {
        var authorization = request.getHeader("authorization");
        return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7);
    }

    @Override
    public int bodyLimit() {
        return MAX_BODY;
    }

    @Override
    public void serve(Exchange exchange) {
        exchange.response()
                .putHeader("x-request-id", exchange.entry().id())
                .putHeader("openai-version", "2020-10-01")
                .putHeader("openai-processing-ms", "1");
        exchange.whenBodyIsRead(body -> {
            var path = Optional.ofNullable(exchange.request().path()).orElse("");
            switch (path) {
                case CHAT_COMPLETIONS ->
                    permitted(exchange, HttpMethod.POST, () -> read(exchange, body, json -> complete(exchange, json)));
                case RESPONSES -> {
                    if (isUpgrade(exchange.request())) {
                        permitted(
                                exchange,
                                HttpMethod.GET,
                                () -> OpenAiError.upgradeRefused().answer(exchange));
                    } else {
                        permitted(
                                exchange, HttpMethod.POST, () -> read(exchange, body, json -> respond(exchange, json)));
                    }
                }
                case MODELS ->
                    permitted(
                            exchange, HttpMethod.GET, () -> exchange.answerJson(200, new ModelList("list", models())));
                default -> permitted(exchange, HttpMethod.GET, () -> model(exchange, path));
            }
        });
    }

    private void permitted(Exchange exchange, HttpMethod method, Runnable endpoint) {
        var asked = exchange.request().method();
        if (!asked.equals(method)) {
            OpenAiError.methodNotAllowed(asked.name()).answer(exchange);
            return;
        }
        switch (gate.judge(exchange.credentials())) {
            case Verdict.Missing missing -> OpenAiError.missingKey().answer(exchange);
            case Verdict.Refused refused -> OpenAiError.invalidKey().answer(exchange);
            case Verdict.Granted granted -> endpoint.run();
        }
    }

    private static void read(Exchange exchange, ReceivedBody body, Consumer<JsonNode> endpoint) {
        if (body.complete()) {
            Json.parse(body.kept())
                    .ifPresentOrElse(
                            endpoint,
                            () -> OpenAiError.invalidRequest("We could not parse the JSON body of your request.", null)
                                    .answer(exchange));
        } else {
            OpenAiError.tooLarge().answer(exchange);
        }
    }

    private void complete(Exchange exchange, JsonNode body) {
        switch (ChatRequest.read(body)) {
            case ChatRequest.Reading.Invalid invalid -> invalid.error().answer(exchange);
            case ChatRequest.Reading.Valid valid -> {
                var request = valid.request();
                var answer = Model.answer(request.prompt());
                if (request.stream()) {
                    stream(exchange, answer, new ChatChunks(request, answer, clock.instant()).pieces());
                } else {
                    exchange.answerJson(200, ChatCompletion.of(request, answer, clock.instant()));
                }
            }
        }
    }

    private void respond(Exchange exchange, JsonNode body) {
        switch (ResponsesRequest.read(body)) {
            case ResponsesRequest.Reading.Invalid invalid -> invalid.error().answer(exchange);
            case ResponsesRequest.Reading.Valid valid -> {
                var request = valid.request();
                var answer = Model.answer(request.prompt());
                if (request.stream()) {
                    stream(exchange, answer, new ResponseEvents(request, answer, clock.instant()).pieces());
                } else {
                    exchange.answerJson(
                            200,
                            Response.begun(request, clock.instant())
                                    .with(Response.items(request, answer), request, answer));
                }
            }
        }
    }

    private void stream(Exchange exchange, Answer answer, Stream<Piece> pieces) {
        exchange.response().putHeader("cache-control", "no-cache");
        exchange.answerInPieces(
                200,
                "text/event-stream; charset=utf-8",
                pieces.iterator(),
                answer.pace().orElse(eventDelay));
    }

    private static void model(Exchange exchange, String path) {
        var id = path.substring(MODELS.length() + 1);
        models().stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .ifPresentOrElse(
                        model -> exchange.answerJson(200, model),
                        () -> OpenAiError.unknownModel(id).answer(exchange));
    }

    private static List<ModelInfo> models() {
        return MODEL_IDS.stream()
                .map(id -> new ModelInfo(id, "model", MODELS_CREATED, "system"))
                .toList();
    }

    private record ModelInfo(String id, String object, long created, String ownedBy) {}

    private record ModelList(String object, List<ModelInfo> data) {}
}
