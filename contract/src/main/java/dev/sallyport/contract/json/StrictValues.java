package dev.sallyport.contract.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;

/** Readers of single values where the library's own forgive too much. */
final class StrictValues extends SimpleModule {

    private static final long serialVersionUID = 1L;

    StrictValues() {
        addDeserializer(Instant.class, new InstantReader());
        setDeserializerModifier(new BeanDeserializerModifier() {
            private static final long serialVersionUID = 1L;

            @Override
            public JsonDeserializer<?> modifyEnumDeserializer(
                    DeserializationConfig config,
                    JavaType type,
                    BeanDescription description,
                    JsonDeserializer<?> forgiving) {
                return new ConstantReader(type.getRawClass(), forgiving);
            }
        });
    }

    /** Times in UTC as {@link Instant#toString()} writes them, with any number of digits; no numbers, no offsets. */
    private static final class InstantReader extends StdScalarDeserializer<Instant> {

        private static final long serialVersionUID = 1L;

        private static final Pattern UTC =
                Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z");

        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.hasToken(JsonToken.VALUE_STRING)) {
                String text = parser.getText();
                if (UTC.matcher(text).matches()) {
                    try {
                        return Instant.parse(text);
                    } catch (DateTimeException e) {
                        // A day that its month does not have.
                    }
                }
                return (Instant) context.handleWeirdStringValue(Instant.class, text, "not a time in UTC");
            }
            return (Instant) context.handleUnexpectedToken(Instant.class, parser);
        }
    }

    /** Constants, without the white space around them that the library's reader cuts off. */
    private static final class ConstantReader extends StdScalarDeserializer<Object> {

        private static final long serialVersionUID = 1L;

        private final transient JsonDeserializer<?> forgiving;

        ConstantReader(Class<?> type, JsonDeserializer<?> forgiving) {
            super(type);
            this.forgiving = forgiving;
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.hasToken(JsonToken.VALUE_STRING)) {
                String text = parser.getText();
                if (!text.equals(text.trim())) {
                    return context.handleWeirdStringValue(handledType(), text, "white space around a constant");
                }
            }
            return forgiving.deserialize(parser, context);
        }
    }
}
