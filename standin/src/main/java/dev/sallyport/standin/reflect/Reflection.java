package dev.sallyport.standin.reflect;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.ReceivedBody;
import dev.sallyport.standin.journal.HeaderField;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came; the components are those of the journal's record.
 *
 * @param body what was in it
 */
@JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
public record Reflection(
        String method,
        String target,
        String protocol,
        boolean tls,
        @Nullable String serverName,
        @Nullable String authority,
        List<HeaderField> headers,
        Body body) {

    /**
     * A request's body.
     *
     * @param base64 its first bytes, at most {@link ReflectService#MAX_BODY}
     * @param length of all of it, in bytes
     * @param sha256 of all of it, hexadecimal
     */
    public record Body(String base64, long length, String sha256) {}

    /** What an exchange received. */
    public static Reflection of(Exchange exchange, ReceivedBody body) {
        var head = exchange.entry().head();
        return new Reflection(
                head.method(),
                head.target(),
                head.protocol(),
                head.tls(),
                head.serverName(),
                head.authority(),
                head.headers(),
                new Body(Base64.getEncoder().encodeToString(body.kept().getBytes()), body.length(), body.sha256()));
    }

    /** Leaves out whatever could hold a credential. */
    @Override
    public String toString() {
        return "Reflection[" + method + ", " + headers.size() + " headers, body " + body.length() + " bytes]";
    }
}
