package dev.sallyport.sidecar.policy.when;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a query in the form of HTML forms (WHATWG URL, section 5.1), and refuses what servers read in different ways. */
final class QueryParameters {

    private QueryParameters() {}

    /** @throws UnreadableException if it can be read in two ways */
    static Map<String, List<String>> parse(String query) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        // Some servers take it for a separator.
        if (query.indexOf(';') >= 0) {
            throw new UnreadableException("its query has a semicolon, which some servers take for a separator");
        }
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                parameters.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int value = i + 2 < text.length() ? hex(text.charAt(i + 1)) * 16 + hex(text.charAt(i + 2)) : -1;
                if (value <= 0) {
                    throw new UnreadableException("its query isn't well percent-encoded");
                }
                bytes.write(value);
                i += 2;
            } else if (c > 0x20 && c < 0x7F) {
                bytes.write(c == '+' ? ' ' : c);
            } else {
                throw new UnreadableException("its query has characters that a URI can't have");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException("its query isn't UTF-8");
        }
    }

    /** The digit's value; for what is none, so far below zero that any sum with it is negative. */
    private static int hex(char digit) {
        int value = digit < 0x80 ? Character.digit(digit, 16) : -1;
        return value < 0 ? -1000 : value;
    }
}
