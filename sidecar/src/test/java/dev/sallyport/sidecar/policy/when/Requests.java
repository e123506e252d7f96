package dev.sallyport.sidecar.policy.when;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests for tests. */
final class Requests {

    static final String JSON = "application/json";

    private Requests() {}

    static RequestFacts get(String path, String query) {
        return new RequestFacts("GET", "api.example.com", path, query, List.of(), Optional.empty());
    }

    static RequestFacts with(List<Map.Entry<String, String>> headers) {
        return new RequestFacts("GET", "api.example.com", "/", "", headers, Optional.empty());
    }

    static RequestFacts json(String body) {
        return post(JSON, body.getBytes(StandardCharsets.UTF_8));
    }

    static RequestFacts post(String contentType, byte[] body) {
        return new RequestFacts(
                "POST",
                "api.example.com",
                "/v1/messages",
                "",
                List.of(Map.entry("Content-Type", contentType)),
                Optional.of(ByteBuffer.wrap(body)));
    }
}
