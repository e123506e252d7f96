package dev.sallyport.standin.journal;

import dev.sallyport.standin.auth.SeenCredential;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a request once its head is read; the components are those of {@link RecordedRequest}. */
public record RequestHead(
        String protocol,
        boolean tls,
        @Nullable String serverName,
        long connection,
        String remoteAddress,
        String method,
        String target,
        @Nullable String authority,
        List<HeaderField> headers,
        List<SeenCredential> credentials) {
    /** Leaves out whatever could hold a credential. */
    @Override
    public String toString() {
        return "RequestHead[" + method + ", " + headers.size() + " headers]";
    }
}
