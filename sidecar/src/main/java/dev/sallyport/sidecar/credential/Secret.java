package dev.sallyport.sidecar.credential;

import dev.sallyport.sidecar.redact.Needles;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;

/**
 * A secret value. Nothing but the methods that put it into a request gives it away: no text, no comparison, no
 * serialisation. It is in the heap all the same, so heap and core dumps of the proxy are secret.
 */
public final class Secret {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final byte[] value;

    Secret(byte[] value) {
        this.value = value.clone();
    }

    /** As a field's value, byte for byte (RFC 9110, section 5.5: octets, here one a character). */
    String fieldText() {
        return new String(value, StandardCharsets.ISO_8859_1);
    }

    /** As a query value: all but unreserved characters percent-encoded (RFC 3986, section 2.1). */
    String queryText() {
        return percentEncoded("-._~");
    }

    private String percentEncoded(String marks) {
        StringBuilder text = new StringBuilder(value.length * 3);
        for (byte octet : value) {
            char c = (char) (octet & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || marks.indexOf(c) >= 0)) {
                text.append(c);
            } else {
                text.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return text.toString();
    }

    /**
     * As a part of a path's segment: all but unreserved characters and the marks that a segment may have are
     * percent-encoded (RFC 3986, section 3.3), and the semicolon, which begins parameters for some servers, too.
     */
    String pathText() {
        return percentEncoded("-._~!$&'()*+,=:@");
    }

    /** As a part of a JSON string (RFC 8259, section 7), in UTF-8. Empty: it is no UTF-8 itself. */
    Optional<byte[]> jsonText() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(value.length + 8);
        for (byte octet : value) {
            if (octet == '"' || octet == '\\') {
                text.write('\\');
            }
            text.write(octet);
        }
        return Optional.of(text.toByteArray());
    }

    /** Whether it can be masked in answers. */
    boolean isMaskable() {
        return Needles.isMaskable(value);
    }

    /** Base64 of user name, colon and this (RFC 7617). */
    String basicText(byte[] username) {
        byte[] pair = new byte[username.length + 1 + value.length];
        System.arraycopy(username, 0, pair, 0, username.length);
        pair[username.length] = ':';
        System.arraycopy(value, 0, pair, username.length + 1, value.length);
        return Base64.getEncoder().encodeToString(pair);
    }

    /** Its own bytes, for a user name that is a Secret value too. */
    byte[] octets() {
        return value.clone();
    }

    boolean holds(char c) {
        for (byte octet : value) {
            if (octet == c) {
                return true;
            }
        }
        return false;
    }

    /** A digest with a key of this proxy's own: the first 64 bits, in hexadecimal digits. */
    String fingerprint(Mac keyed) {
        return HexFormat.of().formatHex(keyed.doFinal(value), 0, 8);
    }

    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
