package dev.sallyport.contract.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes the contract's records.
 *
 * <p>Other encodings than UTF-8, unknown fields, duplicate keys, missing required values, nulls, trailing content, coerced types (a string where a
 * number belongs) and nesting beyond 32 levels are errors. Times are RFC 3339 strings in UTC.
 */
public final class StrictJson {

    private static final ObjectMapper MAPPER = mapper();

    private StrictJson() {}

    /**
     * Reads one value.
     *
     * @throws InvalidJsonException if the text is not exactly one value of that type; its message names the place and
     *     the problem, and quotes nothing of the text but field names
     */
    public static <T> T read(byte[] json, Class<T> type) throws InvalidJsonException {
        try {
            String text = text(json);
            refuseNulls(text);
            return MAPPER.readValue(text, type);
        } catch (IOException e) {
            throw InvalidJsonException.from(e);
        }
    }

    /** JSON is in UTF-8, without a mark in front (RFC 8259, section 8.1). The mapper would take UTF-16 and overlong forms too. */
    private static String text(byte[] json) throws InvalidJsonException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidJsonException("not UTF-8");
        }
    }

    /**
     * Refuses a null wherever it stands: the mapper would take it for an absent member, whose default may be to permit. Few
     * documents have its letters in them, and only those are looked through.
     */
    private static void refuseNulls(String json) throws IOException, InvalidJsonException {
        if (!json.contains("null")) {
            return;
        }
        try (JsonParser parser = MAPPER.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_NULL) {
                    throw new InvalidJsonException(place(parser.getParsingContext()) + "null");
                }
            }
        }
    }

    private static String place(JsonStreamContext context) {
        StringBuilder place = new StringBuilder();
        for (JsonStreamContext at = context; at != null && !at.inRoot(); at = at.getParent()) {
            place.insert(0, at.inArray() ? "[" + at.getCurrentIndex() + "]" : "." + at.getCurrentName());
        }
        return place.isEmpty() ? "" : place.substring(place.charAt(0) == '.' ? 1 : 0) + ": ";
    }

    /** Writes a value on one line, without a line end. Null and absent members are left out. */
    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of the contract cannot be written", e);
        }
    }

    /** Writes a value over several lines, for people to read. */
    public static String writePretty(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of the contract cannot be written", e);
        }
    }

    private static ObjectMapper mapper() {
        JsonMapper.Builder builder = JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .addModule(new StrictValues())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT));
        builder.withCoercionConfig(LogicalType.Textual, coercions -> {
            coercions.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
            coercions.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
            coercions.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        });
        builder.withCoercionConfigDefaults(coercions -> {
            for (CoercionInputShape shape : CoercionInputShape.values()) {
                if (shape == CoercionInputShape.EmptyString) {
                    coercions.setCoercion(shape, CoercionAction.Fail);
                }
            }
        });
        ObjectMapper mapper = builder.build();
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(32).build())
                .disable(JsonParser.Feature.ALLOW_COMMENTS);
        return mapper;
    }
}
