package dev.sallyport.sidecar.policy.when;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.cel.common.values.NullValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a body as JSON (RFC 8259) into CEL's values, as strictly as a decision demands: what the policy reads in one way
 * and the upstream could read in another is refused. Of an object at the top only those members are kept that the
 * expression reads; the others are checked for their syntax and passed over, so that neither images nor long histories
 * cost memory.
 */
final class JsonBody {

    /** Values that are kept, and names at the top: what bounds memory. */
    private static final int MOST_VALUES = 100_000;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            // A table of names that is shared by requests is one that an agent can fill.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(100)
                    .maxNameLength(1024)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxTokenCount(2_000_000)
                    .build())
            .build();

    private final JsonParser parser;
    private final ExpressionReads reads;
    private int values;

    private JsonBody(JsonParser parser, ExpressionReads reads) {
        this.parser = parser;
        this.reads = reads;
    }

    /** @throws UnreadableException if it isn't JSON that can be read in one way only, or is too large */
    static Object parse(ByteBuffer body, ExpressionReads reads) {
        // A parser that is given bytes would guess at their encoding; JSON on the network is UTF-8.
        try (Reader text = new InputStreamReader(stream(body), StandardCharsets.UTF_8.newDecoder());
                JsonParser parser = FACTORY.createParser(text)) {
            return new JsonBody(parser, reads).document();
        } catch (StreamConstraintsException e) {
            throw new UnreadableException(
                    "its body is JSON beyond the bounds of depth, number or name length, or size");
        } catch (CharacterCodingException e) {
            throw new UnreadableException("its body isn't UTF-8");
        } catch (JsonProcessingException e) {
            throw new UnreadableException("its body isn't valid JSON");
        } catch (IOException e) {
            throw new UnreadableException("its body can't be read");
        }
    }

    private Object document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new UnreadableException("its body is empty");
        }
        Object document = first == JsonToken.START_OBJECT ? object(!reads.allMembers()) : value(first);
        if (parser.nextToken() != null) {
            throw new UnreadableException("its body is more than one JSON value");
        }
        return document;
    }

    private Object value(JsonToken token) throws IOException {
        count();
        return switch (token) {
            case START_OBJECT -> object(false);
            case START_ARRAY -> array();
            case VALUE_STRING -> text(parser.getText());
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> real();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> NullValue.NULL_VALUE;
            case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw new UnreadableException("its body isn't valid JSON");
        };
    }

    /** @param onlyWhatIsRead whether members that the expression doesn't name are passed over */
    private JsonObject object(boolean onlyWhatIsRead) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        long weight = 1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = text(parser.currentName());
            if (reads.isNearMiss(name)) {
                throw new UnreadableException("its body has a member whose name differs from one that the condition"
                        + " reads only in case, which some servers take for the same");
            }
            JsonToken token = parser.nextToken();
            boolean passedOver = onlyWhatIsRead && !reads.members().contains(name);
            Object value;
            if (passedOver) {
                count();
                parser.skipChildren();
                value = NullValue.NULL_VALUE;
            } else {
                value = value(token);
                weight += 1 + name.length() / 64 + weightOf(value);
            }
            if (members.put(name, value) != null) {
                throw new UnreadableException("its body has an object with two members of one name");
            }
        }
        if (onlyWhatIsRead) {
            members.keySet().retainAll(reads.members());
        }
        return new JsonObject(members, weight);
    }

    private JsonArray array() throws IOException {
        List<Object> elements = new ArrayList<>();
        long weight = 1;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Object value = value(token);
            weight += weightOf(value);
            elements.add(value);
        }
        return new JsonArray(List.copyOf(elements), weight);
    }

    /** An integer that 64 bits hold; beyond, readers differ in what they make of it. */
    private long integer() throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw new UnreadableException("its body has an integer beyond 64 bits");
        }
        return parser.getLongValue();
    }

    private double real() throws IOException {
        double value = parser.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw new UnreadableException("its body has a number beyond those of IEEE 754");
        }
        return value;
    }

    /** Without unpaired surrogates, which some readers drop or replace. */
    private static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new UnreadableException("its body has a string that isn't Unicode");
                }
                i++;
            }
        }
        return text;
    }

    private void count() {
        if (++values > MOST_VALUES) {
            throw new UnreadableException("its body has more than " + MOST_VALUES + " values that the condition reads");
        }
    }

    private static long weightOf(Object value) {
        return switch (value) {
            case Weighted container -> container.weight();
            case String text -> 1 + text.length() / 64;
            default -> 1;
        };
    }

    private static InputStream stream(ByteBuffer body) {
        ByteBuffer own = body.duplicate();
        if (own.hasArray()) {
            return new ByteArrayInputStream(own.array(), own.arrayOffset() + own.position(), own.remaining());
        }
        byte[] copy = new byte[own.remaining()];
        own.get(copy);
        return new ByteArrayInputStream(copy);
    }
}
