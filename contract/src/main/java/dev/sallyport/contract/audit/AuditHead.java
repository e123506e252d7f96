package dev.sallyport.contract.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an audit log's chain stands. Kept elsewhere than the log, it is what tells a log that was cut off, or written anew
 * in whole, from the one that the proxy wrote.
 *
 * @param sequence the number of the last line that was written; 0: there is none
 * @param hash that line's SHA-256, without its line end, in 64 hexadecimal digits; all zeros: there is none
 */
public record AuditHead(@JsonProperty(required = true) long sequence, String hash) {

    /** Of a log without a line. */
    public static final AuditHead NONE = new AuditHead(0, AuditRecord.NO_PREVIOUS);

    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

    public AuditHead {
        Require.that(sequence >= 0, "sequence: negative");
        Require.that(AuditRecord.HASH.matcher(Require.present(hash, "hash")).matches(), "hash: not 64 digits");
    }

    /**
     * Reads {@code SEQUENCE:HASH} of a line that there is.
     *
     * @throws IllegalArgumentException if the text is not of that form
     */
    public static AuditHead parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        Require.that(matcher.matches(), "not a line's number, a colon and its hash in 64 hexadecimal digits");
        return new AuditHead(Long.parseLong(matcher.group(1)), matcher.group(2));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return sequence + ":" + hash;
    }
}
