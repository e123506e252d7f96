package dev.sallyport.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A request as it arrived at a server of these tests.
 *
 * @param host which of the server's it was for, as the server's journal calls it
 * @param authorization empty where none was sent
 * @param fields names and values of the header, as JSON
 */
record Received(String host, String method, String target, String authorization, String fields) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads a line of a server's journal. */
    static Received parse(String line) {
        try {
            JsonNode request = JSON.readTree(line);
            String authorization = StreamSupport.stream(request.get("fields").spliterator(), false)
                    .filter(field -> field.get(0).asText().equalsIgnoreCase("Authorization"))
                    .map(field -> field.get(1).asText())
                    .collect(Collectors.joining(", "));
            return new Received(
                    request.get("host").asText(),
                    request.get("method").asText(),
                    request.get("target").asText(),
                    authorization,
                    request.get("fields").toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(line, e);
        }
    }
}
