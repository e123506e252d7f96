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
        try {
            var query = segments.size() == 3 ? exchange.request().params() : MultiMap.caseInsensitiveMultiMap();
            Chosen.read(segments.get(2), query).act(exchange);
        } catch (Chosen.UnknownFault e) {
            explain(exchange, 404, String.valueOf(e.getMessage()));
        } catch (Parameters.BadParameter e) {
            explain(exchange, 400, String.valueOf(e.getMessage()));
        }
    }

    private static void explain(Exchange exchange, int status, String text) {
        exchange.answer(status, "text/plain", Buffer.buffer(text + "\n"));
    }

    private record Description(String name, String does, Map<String, String> parameters) {}
}
