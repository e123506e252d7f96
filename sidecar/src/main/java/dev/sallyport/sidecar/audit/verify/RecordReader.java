package dev.sallyport.sidecar.audit.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads single lines of the proxy's output. */
final class RecordReader {

    /** What the proxy begins a record with: its fields are in alphabetical order. */
    private static final byte[] BEGINNING = "{\"event\":".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] SCHEMA = "\"sallyport.dev/audit/".getBytes(StandardCharsets.US_ASCII);

    private static final JsonFactory JSON = new JsonFactory();

    private RecordReader() {}

    /** What a line is. */
    sealed interface Content {

        /** A record, strictly read. */
        record Audit(AuditRecord record) implements Content {}

        /**
         * Meant to be a record, or to be taken for one.
         *
         * @param problem why it is none; quotes nothing
         * @param truncated whether it is the beginning of one
         */
        record Damaged(String problem, boolean truncated) implements Content {}

        /** Something else: a line of the operational log, which the container's log holds too. */
        record Other() implements Content {}
    }

    static Content read(LogLines.Line line) {
        byte[] bytes = line.bytes();
        if (!startsWith(bytes, BEGINNING) && !contains(bytes, SCHEMA)) {
            return new Content.Other();
        }
        if (!line.isWhole()) {
            return new Content.Damaged("longer than " + LogLines.MOST_BYTES + " bytes", false);
        }
        try {
            return new Content.Audit(StrictJson.read(bytes, AuditRecord.class));
        } catch (InvalidJsonException e) {
            return new Content.Damaged(problem(e), endsEarly(bytes));
        }
    }

    /** Without the number of a line in the document: it is always the first, and not the one in the log. */
    private static String problem(InvalidJsonException e) {
        return String.valueOf(e.getMessage()).replace("(line 1, column", "(column");
    }

    private static boolean endsEarly(byte[] bytes) {
        try (JsonParser parser = JSON.createParser(bytes)) {
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
            return false;
        } catch (JsonEOFException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return matches(bytes, 0, prefix);
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        for (int at = 0; at <= bytes.length - part.length; at++) {
            if (matches(bytes, at, part)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] bytes, int at, byte[] part) {
        return bytes.length - at >= part.length
                && java.util.Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
    }
}
