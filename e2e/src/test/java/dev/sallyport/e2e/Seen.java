package dev.sallyport.e2e;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the proxy's audit log tells of one task of a program.
 *
 * @param aside how many requests went, of the program's own accord, to hosts that no route has, and were refused
 * @param lost how many of the others were refused, or not answered to their end though the program wanted it
 */
record Seen(int aside, int lost) {

    static final Seen NOTHING = new Seen(0, 0);

    Seen with(JsonNode request) {
        return switch (request.path("reason").asText()) {
            case "RouteNotFound" -> new Seen(aside + 1, lost);
            // A program that shows what it has only once it is asked for it has lost nothing by being asked.
            case "ProxyCredentialRequired", "PlaceholderMissing", "ClientAborted" -> new Seen(aside, lost);
            default ->
                switch (request.get("decision").asText()) {
                    case "Denied", "Failed" -> new Seen(aside, lost + 1);
                    default -> this;
                };
        };
    }
}
