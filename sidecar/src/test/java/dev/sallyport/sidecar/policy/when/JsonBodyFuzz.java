package dev.sallyport.sidecar.policy.when;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cel.common.values.NullValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a condition reads of a body is what another reader of JSON finds there. */
class JsonBodyFuzz {

    private static final ObjectMapper OTHER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ExpressionReads ALL = new ExpressionReads(true, true, Set.of(), Set.of("model"));
    private static final ExpressionReads MODEL = new ExpressionReads(true, false, Set.of("model"), Set.of("model"));

    @FuzzTest
    void a_body_is_read_as_others_read_it(byte[] bytes) {
        try {
            Object read = JsonBody.parse(ByteBuffer.wrap(bytes), ALL);
            require(equal(read, OTHER.readTree(new String(bytes, StandardCharsets.UTF_8))));
        } catch (UnreadableException refused) {
            require(refused.explanation().startsWith("its body"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("only read by the condition", e);
        }
    }

    @FuzzTest
    void a_member_is_the_same_whether_the_others_are_kept_or_not(byte[] bytes) {
        try {
            Object all = JsonBody.parse(ByteBuffer.wrap(bytes), ALL);
            Object model = JsonBody.parse(ByteBuffer.wrap(bytes), MODEL);
            if (all instanceof Map<?, ?> object) {
                require(!object.containsKey("model")
                        || String.valueOf(object.get("model"))
                                .equals(String.valueOf(((Map<?, ?>) model).get("model"))));
            } else {
                require(all.equals(model));
            }
        } catch (UnreadableException refused) {
            require(refused.explanation().startsWith("its body"));
        }
    }

    private static boolean equal(Object read, JsonNode other) {
        return switch (read) {
            case Map<?, ?> object ->
                other.isObject()
                        && object.size() == other.size()
                        && object.entrySet().stream()
                                .allMatch(member -> other.has((String) member.getKey())
                                        && equal(member.getValue(), other.get((String) member.getKey())));
            case List<?> array -> {
                boolean same = other.isArray() && array.size() == other.size();
                for (int i = 0; same && i < array.size(); i++) {
                    same = equal(array.get(i), other.get(i));
                }
                yield same;
            }
            case String text -> other.isTextual() && other.textValue().equals(text);
            case Long integer -> other.isIntegralNumber() && other.longValue() == integer;
            case Double real -> other.isNumber() && Double.compare(other.doubleValue(), real) == 0;
            case Boolean truth -> other.isBoolean() && other.booleanValue() == truth;
            case NullValue _ -> other.isNull();
            default -> false;
        };
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new UncheckedIOException(new IOException("read otherwise"));
        }
    }
}
