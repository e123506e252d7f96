package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Json;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/**
 * The plan over HTTP, on the control port: {@code POST /_faults?fault=NAME,parameter=value…} adds a {@link FaultPlan.Step}
 * whose other components are in the query too ({@code path=/}, {@code containing=}, {@code times=1} unless said);
 * {@code GET} answers what is left, {@code DELETE} clears it.
 */
public final class PlanApi implements Handler<HttpServerRequest> {
    /** Where it is. */
    public static final String PATH = "/_faults";

    private static final Set<String> PARAMETERS = Set.of("fault", "path", "containing", "times");

    private final FaultPlan plan;

    public PlanApi(FaultPlan plan) {
        this.plan = plan;
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (request.method().equals(HttpMethod.POST)) {
            add(request);
        } else if (request.method().equals(HttpMethod.DELETE)) {
            plan.clear();
            request.response().setStatusCode(204).end();
        } else if (request.method().equals(HttpMethod.GET)) {
            request.response().putHeader("content-type", "application/json").end(Json.write(plan.steps()));
        } else {
            request.response().putHeader("allow", "GET, POST, DELETE");
            end(request, 405, "the plan takes GET, POST and DELETE");
        }
    }

    private void add(HttpServerRequest request) {
        var query = request.params();
        for (var name : query.names()) {
            if (!PARAMETERS.contains(name) || query.getAll(name).size() > 1) {
                end(request, 400, name + " is unknown, or given twice");
                return;
            }
        }
        try {
            plan.add(new FaultPlan.Step(
                    request.getParam("fault", ""),
                    request.getParam("path", "/"),
                    request.getParam("containing", ""),
                    Integer.parseInt(request.getParam("times", "1"))));
            request.response().setStatusCode(204).end();
        } catch (IllegalArgumentException e) {
            end(request, 400, String.valueOf(e.getMessage()));
        }
    }

    private static void end(HttpServerRequest request, int status, String text) {
        request.response().setStatusCode(status).end(text + "\n");
    }
}
