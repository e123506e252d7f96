package dev.sallyport.standin.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;

/** JSON as the providers' APIs write it: names in snake case, null spelled out. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectReader START =
            MAPPER.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** On one line. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + value.getClass(), e);
        }
    }

    /** One JSON value and nothing else; empty if it is malformed. */
    public static Optional<JsonNode> parse(Buffer text) {
        try {
            return Optional.of(MAPPER.readTree(text.getBytes())).filter(node -> !node.isMissingNode());
        } catch (IOException malformed) {
            return Optional.empty();
        }
    }

    /** The JSON value that a text begins with, whatever follows it; empty if there is none. */
    public static Optional<JsonNode> parseStart(String text) {
        try {
            return Optional.of(START.<JsonNode>readValue(text)).filter(node -> !node.isMissingNode());
        } catch (IOException malformed) {
            return Optional.empty();
        }
    }
}
