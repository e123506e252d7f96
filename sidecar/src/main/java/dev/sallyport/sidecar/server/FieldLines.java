package dev.sallyport.sidecar.server;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;

/** Reads field lines, strictly (RFC 9112, section 5): what two readers might take in two ways is an error. */
final class FieldLines {

    /** Fields that must be known before the body, or that say who asks: never taken from its end (RFC 9110, 6.5.1). */
    private static final Set<String> NEVER_TRAILERS = Set.of(
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "cookie",
            "expect",
            "host",
            "keep-alive",
            "max-forwards",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private FieldLines() {}

    /**
     * Adds the field of one line.
     *
     * @param octets hold the line, without its end, between {@code from} and {@code to}
     * @return the field's name
     * @throws IllegalArgumentException if it is not a field line, or continues the one before
     */
    static String add(HttpHeaders fields, byte[] octets, int from, int to) {
        int colon = from;
        while (colon < to && Octets.isToken(octets[colon])) {
            colon++;
        }
        if (colon == from || colon == to || octets[colon] != ':') {
            throw new IllegalArgumentException("not a field name");
        }
        int start = colon + 1;
        int end = to;
        while (start < end && Octets.isWhitespace(octets[start])) {
            start++;
        }
        while (end > start && Octets.isWhitespace(octets[end - 1])) {
            end--;
        }
        for (int i = start; i < end; i++) {
            if (!Octets.isField(octets[i] & 0xff)) {
                throw new IllegalArgumentException("not a field value");
            }
        }
        String name = Octets.text(octets, from, colon);
        fields.add(name, Octets.text(octets, start, end));
        return name;
    }

    /** Whether a request may have this field in its trailers. */
    static boolean isTrailer(CharSequence name) {
        return !NEVER_TRAILERS.contains(name.toString().toLowerCase(Locale.ROOT));
    }

    static HttpHeaders none() {
        return new DefaultHttpHeaders();
    }
}
