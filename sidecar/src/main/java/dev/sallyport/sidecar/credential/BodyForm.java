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

    private static final Set<String> JSON_TYPES =
            Set.of("application/json", "text/json", "application/x-ndjson", "application/ndjson", "application/jsonl");

    private static final Set<String> UTF_8 = Set.of("utf-8", "utf8", "us-ascii", "ascii");

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
        List<String> charsets = parts.stream()
                .skip(1)
                .map(String::strip)
                .filter(parameter -> parameter.startsWith("charset="))
                .map(parameter -> parameter.substring("charset=".length()).replace("\"", ""))
                .toList();
        if (type.equals("application/x-www-form-urlencoded")) {
            // Whatever stands for ASCII as ASCII does: a form is percent-encoded.
            return charsets.stream().noneMatch(charset -> charset.matches("(utf-?(16|32)|ucs|iso-10646).*"))
                    ? FORM
                    : OTHER;
        }
        return (JSON_TYPES.contains(type) || type.endsWith("+json")) && UTF_8.containsAll(charsets) ? JSON : OTHER;
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
