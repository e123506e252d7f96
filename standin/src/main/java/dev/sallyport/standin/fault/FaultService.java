package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Service;
import dev.sallyport.standin.reflect.ReflectService;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;

/**
 * {@code /fault/NAME}: fails in the way of that name, whatever the method, with a key or without. {@code /fault} lists the
 * names with their parameters, which go into the query or into the segment: {@code /fault/status,code=503}. With the latter
 * it can be the base URL of a client, as further segments, and then the query, are ignored.
 */
public final class FaultService implements Service {
    private static final String PREFIX = "/fault";

    @Override
    public boolean takes(HttpServerRequest request) {
        var path = request.path();
        return path != null && (path.equals(PREFIX) || path.startsWith(PREFIX + "/"));
    }

    @Override
    public int bodyLimit() {
        return ReflectService.MAX_BODY;
    }

    @Override
    public void serve(Exchange exchange) {
        var path = exchange.request().path();
        var segments = List.of(path == null ? new String[0] : path.split("/", -1));
        if (segments.size() < 3 || segments.get(2).isEmpty()) {
            exchange.answerJson(
                    200,
                    Catalogue.FAULTS.stream()
                            .map(fault -> new Description(fault.name(), fault.does(), fault.parameters()))
                            .toList());
            return;
        }
        var words = List.of(segments.get(2).split(",", -1));
        var given = MultiMap.caseInsensitiveMultiMap();
        for (var word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            given.add(word.substring(0, Math.max(equals, 0)), word.substring(equals + 1));
        }
        if (segments.size() == 3) {
            given.addAll(exchange.request().params());
        }
        Catalogue.FAULTS.stream()
                .filter(fault -> fault.name().equals(words.getFirst()))
                .findFirst()
                .ifPresentOrElse(
                        fault -> act(exchange, fault, given),
                        () -> explain(exchange, 404, "no fault is called " + words.getFirst()));
    }

    private static void act(Exchange exchange, Fault fault, MultiMap given) {
        try {
            fault.behaviour().act(exchange, Parameters.of(fault, given));
        } catch (Parameters.BadParameter e) {
            explain(exchange, 400, String.valueOf(e.getMessage()));
        }
    }

    private static void explain(Exchange exchange, int status, String text) {
        exchange.answer(status, "text/plain", Buffer.buffer(text + "\n"));
    }

    private record Description(String name, String does, Map<String, String> parameters) {}
}
