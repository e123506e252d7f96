package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.policy.Decision.Deny;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/** The answer of the proxy's own to a request that gets none from an upstream. */
final class Refusal {

    private Refusal() {}

    /** Answers and closes the account. */
    static void answer(ClientStream client, Account account, Deny deny) {
        byte[] body = RefusalBody.of(deny.reason(), deny.message(), account.route(), account.id());
        HttpHeaders fields = Fields.fresh();
        fields.add("content-type", "application/json");
        fields.add("content-length", body.length);
        fields.add(RefusalBody.REASON_FIELD, deny.reason().code());
        deny.retryAfterSeconds().ifPresent(seconds -> fields.add("retry-after", seconds));
        if (deny.reason() == Reason.PLACEHOLDER_MISSING) {
            // git, curl and others keep their Basic credentials until they are asked for them (RFC 7617).
            fields.add("www-authenticate", "Basic realm=\"sallyport\", charset=\"UTF-8\"");
        }
        if (deny.reason() == Reason.PROXY_CREDENTIAL_REQUIRED) {
            fields.add("proxy-authenticate", "Basic realm=\"sallyport\", charset=\"UTF-8\"");
        }
        if (deny.reason() == Reason.STOPPING || deny.reason() == Reason.DRAIN_EXPIRED) {
            client.closeAfterAnswer();
        }
        boolean bodiless = client.head().method().equals("HEAD");
        int status = deny.reason().status();
        account.answered(status);
        account.sent(bodiless ? 0 : body.length);
        // Counted before it is answered: who has read the answer finds it in the counts.
        account.close(java.util.Optional.of(deny.reason()));
        client.answer(
                new ResponseHead(status, HttpResponseStatus.valueOf(status).reasonPhrase(), fields));
        if (!bodiless) {
            client.write(Unpooled.wrappedBuffer(body));
        }
        client.end(EmptyHttpHeaders.INSTANCE);
    }

    static Deny of(Reason reason) {
        return new Deny(reason, RefusalBody.message(reason));
    }
}
