package dev.sallyport.standin.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * The journal over HTTP, on a port of its own: {@code GET /_journal[?since=SEQUENCE]} answers a {@link Journal.Page} as
 * JSON, {@code DELETE /_journal} clears it, {@code GET /livez} says that the stand-in serves. The journal holds credentials
 * as they came, so the port belongs where only tests reach it.
 */
public final class ControlApi implements Handler<HttpServerRequest> {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private final Journal journal;

    public ControlApi(Journal journal) {
        this.journal = journal;
    }

    @Override
    public void handle(HttpServerRequest request) {
        switch (request.path()) {
            case "/_journal" -> journal(request);
            case "/livez" -> request.response().end("ok\n");
            case null, default -> end(request, 404, "nothing is here");
        }
    }

    private void journal(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.DELETE)) {
            journal.clear();
            request.response().setStatusCode(204).end();
        } else if (request.method().equals(HttpMethod.GET)) {
            page(request);
        } else {
            request.response().putHeader("allow", "GET, DELETE");
            end(request, 405, "the journal takes GET and DELETE");
        }
    }

    private void page(HttpServerRequest request) {
        var since = request.getParam("since", "0");
        try {
            request.response()
                    .putHeader("content-type", "application/json")
                    .end(JSON.writeValueAsString(journal.page(Long.parseLong(since))));
        } catch (NumberFormatException e) {
            end(request, 400, "since is no sequence number");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the journal cannot be written as JSON", e);
        }
    }

    private static void end(HttpServerRequest request, int status, String text) {
        request.response().setStatusCode(status).end(text + "\n");
    }
}
