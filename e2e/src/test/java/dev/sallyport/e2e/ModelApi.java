package dev.sallyport.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.stream.IntStream;

/** An API of the provider stand-in. Each provider's is a route of the sandbox's, told from the others by its port or name. */
enum ModelApi {
    ANTHROPIC("ANTHROPIC_BASE_URL", "https://provider.provider.svc.cluster.local:8443"),
    OPENAI_CHAT("OPENAI_ROUTE_URL", "https://provider.provider.svc.cluster.local"),
    OPENAI_RESPONSES("OPENAI_ROUTE_URL", "https://provider.provider.svc.cluster.local"),
    GEMINI("GEMINI_ROUTE_URL", "https://gemini.provider.svc.cluster.local:8443");

    private final String baseUrl;
    private final String url;

    ModelApi(String baseUrl, String url) {
        this.baseUrl = baseUrl;
        this.url = url;
    }

    /** The variable with the base URL for a client that comes that way. */
    String baseUrl() {
        return baseUrl;
    }

    /** Its own. */
    String url() {
        return url;
    }

    /** What the stand-in calls it. */
    String provider() {
        return switch (this) {
            case ANTHROPIC -> "anthropic";
            case OPENAI_CHAT, OPENAI_RESPONSES -> "openai";
            case GEMINI -> "gemini";
        };
    }

    /** The real one. */
    String key(Provider provider) {
        return switch (this) {
            case ANTHROPIC -> provider.key(1);
            case OPENAI_CHAT, OPENAI_RESPONSES -> provider.key("openai");
            case GEMINI -> provider.key("gemini");
        };
    }

    /** Where turns are asked for, or what their paths begin with. */
    String path() {
        return switch (this) {
            case ANTHROPIC -> "/v1/messages";
            case OPENAI_CHAT -> "/v1/chat/completions";
            case OPENAI_RESPONSES -> "/v1/responses";
            case GEMINI -> "/v1beta/models/";
        };
    }

    /** How it refuses when it is busy. */
    Refusal busy() {
        return switch (this) {
            case ANTHROPIC -> new Refusal("overloaded", 529);
            case OPENAI_CHAT, OPENAI_RESPONSES, GEMINI -> new Refusal("rate-limit", 429);
        };
    }

    /** A fault of the stand-in's, and the status that it answers. */
    record Refusal(String fault, int status) {}

    /** When it sent the first piece of text of an answer, in seconds since the epoch. */
    double firstText(JsonNode request) {
        JsonNode events = request.get("events");
        int first =
                switch (this) {
                    case ANTHROPIC -> firstOf(events, "content_block_delta");
                    case OPENAI_RESPONSES -> firstOf(events, "response.output_text.delta");
                    // Before it: whose turn it is.
                    case OPENAI_CHAT -> 1;
                    case GEMINI -> 0;
                };
        return seconds(events.get(first));
    }

    /** When it sent the last event of an answer. */
    static double last(JsonNode request) {
        JsonNode events = request.get("events");
        return seconds(events.get(events.size() - 1));
    }

    private static int firstOf(JsonNode events, String name) {
        return IntStream.range(0, events.size())
                .filter(at -> events.get(at).get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** From the end of a request to the arrival of another. */
    static double secondsBetween(JsonNode request, JsonNode next) {
        return seconds(next, "receivedAt") - seconds(request, "endedAt");
    }

    private static double seconds(JsonNode event) {
        return seconds(event, "at");
    }

    private static double seconds(JsonNode node, String field) {
        Instant at = Instant.parse(node.get(field).asText());
        return at.getEpochSecond() + at.getNano() / 1e9;
    }
}
