package dev.sallyport.operator.desired;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A digest of a value's JSON that depends on nothing but its meaning: names sorted, nulls and empty containers left out,
 * so that another release of the client library gives the same one and no pod is replaced for it.
 */
final class Fingerprint {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();

    private static final int BYTES = 16;

    private Fingerprint() {}

    /** 32 hexadecimal digits: the first half of a SHA-256. */
    static String of(Object value) {
        String canonical = canonical(MAPPER.valueToTree(value)).toString();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }

    private static JsonNode canonical(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                Map<String, JsonNode> sorted = new TreeMap<>();
                object.properties().forEach(field -> {
                    JsonNode value = canonical(field.getValue());
                    if (!value.isNull() && !(value.isContainerNode() && value.isEmpty())) {
                        sorted.put(field.getKey(), value);
                    }
                });
                yield new ObjectNode(JsonNodeFactory.instance, sorted);
            }
            case ArrayNode array -> {
                ArrayNode items = JsonNodeFactory.instance.arrayNode();
                array.forEach(item -> items.add(canonical(item)));
                yield items;
            }
            default -> node;
        };
    }
}
