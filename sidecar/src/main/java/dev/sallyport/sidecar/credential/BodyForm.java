package dev.sallyport.sidecar.credential;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a body's bytes are, as far as a token can stand in it. */
enum BodyForm {
    /** JSON in UTF-8 (RFC 8259), also several values one after the other. */
    JSON(Spelling.JSON),
    /** {@code application/x-www-form-urlencoded} (WHATWG URL, section 5). */
    FORM(Spelling.PERCENT),
    /** Anything else, in which no credential is put. */
    OTHER(Spelling.RAW);

    private static final Set<String> JSON_LINES =
            Set.of("application/json", "text/json", "application/x-ndjson", "application/ndjson", "application/jsonl");

    private final Spelling spelling;

    BodyForm(Spelling spelling) {
        this.spelling = spelling;
    }

    Spelling spelling() {
        return spelling;
    }

    /**
     * The form of a body.
     *
     * @param contentType the field's value (RFC 9110, section 8.3); empty: there is none
     */
    static BodyForm of(String contentType) {
        List<String> parts = List.of(contentType.toLowerCase(Locale.ROOT).split(";", -1));
        String type = parts.getFirst().strip();
        boolean isUtf8 = parts.stream()
                .skip(1)
                .map(String::strip)
                .filter(parameter -> parameter.startsWith("charset="))
                .map(parameter -> parameter.substring("charset=".length()).replace("\"", ""))
                .allMatch(charset -> charset.equals("utf-8") || charset.equals("utf8") || charset.equals("us-ascii"));
        if (!isUtf8) {
            return OTHER;
        }
        if (type.equals("application/x-www-form-urlencoded")) {
            return FORM;
        }
        return JSON_LINES.contains(type) || type.endsWith("+json") ? JSON : OTHER;
    }

    /** The same, where a content coding (RFC 9110, section 8.4) may hide the form. */
    static BodyForm of(String contentType, HttpHeaders fields) {
        boolean isPlain = fields.getAll("content-encoding").stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(String::strip)
                .allMatch(coding -> coding.isEmpty() || coding.equalsIgnoreCase("identity"));
        return isPlain ? of(contentType) : OTHER;
    }
}
