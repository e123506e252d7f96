package dev.sallyport.standin.journal;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * A header field as it came; in JSON the pair {@code [name, value]}.
 *
 * @param name in the sender's own case (HTTP/2 has lower case only)
 * @param value as sent, credentials included: a test must be able to see what an upstream would
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"name", "value"})
public record HeaderField(String name, String value) {
    @Override
    public String toString() {
        return name + ": (" + value.length() + " characters)";
    }
}
