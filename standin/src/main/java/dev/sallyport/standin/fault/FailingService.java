package dev.sallyport.standin.fault;

import dev.sallyport.standin.auth.SeenCredential;
import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Service;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/**
 * An API that fails as planned, and serves otherwise. What presents anything but real keys is left to the API: it is
 * refused as ever, and does not use the plan up.
 */
public final class FailingService implements Service {
    private final Service api;
    private final FaultPlan plan;

    public FailingService(Service api, FaultPlan plan) {
        this.api = api;
        this.plan = plan;
    }

    @Override
    public boolean takes(HttpServerRequest request) {
        return api.takes(request);
    }

    @Override
    public int bodyLimit() {
        return api.bodyLimit();
    }

    @Override
    public void serve(Exchange exchange) {
        var credentials = exchange.entry().head().credentials();
        boolean real = !credentials.isEmpty() && credentials.stream().allMatch(SeenCredential::real);
        if (!real || plan.steps().isEmpty()) {
            api.serve(exchange);
            return;
        }
        exchange.whenBodyIsRead(body -> {
            var path = Optional.ofNullable(exchange.request().path()).orElse("");
            plan.take(path, body.kept().toString())
                    .ifPresentOrElse(fault -> fail(exchange, fault), () -> api.serve(exchange));
        });
    }

    private static void fail(Exchange exchange, String fault) {
        try {
            Chosen.read(fault, MultiMap.caseInsensitiveMultiMap()).act(exchange);
        } catch (Parameters.BadParameter e) {
            exchange.answer(400, "text/plain", Buffer.buffer(e.getMessage() + "\n"));
        }
    }
}
