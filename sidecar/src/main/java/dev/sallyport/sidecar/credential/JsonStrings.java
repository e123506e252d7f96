package dev.sallyport.sidecar.credential;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Where the string values of a JSON text are; names of members aren't among them. */
final class JsonStrings {

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            // A table of names that is shared by requests is one that an agent can fill.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxNameLength(64 * 1024)
                    .build())
            .build();

    private static final int DECODED_AT_ONCE = 8 * 1024;

    private JsonStrings() {}

    /**
     * Keeps those places that lie in string values.
     *
     * @throws IOException if the text isn't JSON in UTF-8
     */
    static Replacements keep(Replacements all, byte[] text) throws IOException {
        requireUtf8(text);
        Replacements.Regions regions = all.regions();
        // The syntax is ASCII: with a character for each byte, the parser's places are places in the text.
        try (Reader characters = new InputStreamReader(new ByteArrayInputStream(text), StandardCharsets.ISO_8859_1);
                JsonParser parser = FACTORY.createParser(characters)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && !regions.areDone()) {
                    int quote = (int) parser.currentTokenLocation().getCharOffset();
                    regions.keep(quote + 1, closingQuote(text, quote));
                }
            }
        }
        return regions.kept();
    }

    /** Where the string ends, as far as the parser will find that it does. */
    private static int closingQuote(byte[] text, int quote) {
        int at = quote + 1;
        while (at < text.length && text[at] != '"') {
            at += text[at] == '\\' ? 2 : 1;
        }
        return Math.min(at, text.length);
    }

    private static void requireUtf8(byte[] text) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(text);
        CharBuffer out = CharBuffer.allocate(DECODED_AT_ONCE);
        CoderResult result = decoder.decode(in, out, true);
        while (result.isOverflow()) {
            out.clear();
            result = decoder.decode(in, out, true);
        }
        if (result.isError()) {
            result.throwException();
        }
    }
}
