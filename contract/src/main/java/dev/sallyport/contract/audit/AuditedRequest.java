package dev.sallyport.contract.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One request, as it stands in the audit log when it has ended. What the client chose is cut to the length given and
 * never holds a query or a field's value.
 *
 * @param id the request's, as the client was told in a refusal
 * @param form how the client spoke to the proxy
 * @param protocol what it spoke
 * @param method at most 32 characters
 * @param host the upstream's name; empty: none was found
 * @param path as it was asked for, without the query, at most 2048 characters; empty: not readable, or a tunnel
 * @param query the query's parameters, each name followed by {@code =} and, where the route says so, its value, joined by
 *     {@code &}, as the client spelt them, at most 2048 characters; empty: there is none
 * @param route the route's name; empty: none was found
 * @param rule which of the route's rules permitted it, from 0; empty: none, or the route has no rules
 * @param decision what became of it
 * @param reason why it was not answered by its upstream; where it passed only because the policy is not enforced, why
 *     it would have been refused; empty: it was permitted and answered
 * @param credential what was put in; empty: nothing
 * @param status the status that the client got; empty: none
 * @param requestBytes bytes of the request's body that came from the client, from 0
 * @param responseBytes bytes of the response's body that went to the client, from 0
 * @param firstByteMicros from its head's arrival to that of the upstream's answer, in microseconds; empty: no answer
 * @param totalMicros from its head's arrival to its end, in microseconds
 */
public record AuditedRequest(
        String id,
        Form form,
        Protocol protocol,
        String method,
        Optional<String> host,
        Optional<String> path,
        Optional<String> query,
        Optional<String> route,
        OptionalInt rule,
        Decision decision,
        Optional<Reason> reason,
        Optional<CredentialUse> credential,
        OptionalInt status,
        @JsonProperty(required = true) long requestBytes,
        @JsonProperty(required = true) long responseBytes,
        OptionalLong firstByteMicros,
        @JsonProperty(required = true) long totalMicros) {

    public AuditedRequest {
        Require.present(id, "id");
        Require.present(form, "form");
        Require.present(protocol, "protocol");
        Require.present(method, "method");
        host = Require.present(host, "host");
        path = Require.present(path, "path");
        query = Require.present(query, "query");
        route = Require.present(route, "route");
        rule = Require.present(rule, "rule");
        Require.present(decision, "decision");
        reason = Require.present(reason, "reason");
        credential = Require.present(credential, "credential");
        status = Require.present(status, "status");
        firstByteMicros = Require.present(firstByteMicros, "firstByteMicros");
        Require.that(requestBytes >= 0 && responseBytes >= 0 && totalMicros >= 0, "a number: negative");
    }

    /** How the client spoke to the proxy. */
    public enum Form {
        /** The first path segment names the route. */
        @JsonProperty("BaseUrl")
        BASE_URL,
        /** An absolute target, as clients with {@code HTTP_PROXY} send it. */
        @JsonProperty("HttpProxy")
        HTTP_PROXY,
        /** A request in a tunnel that the proxy ends itself, as clients with {@code HTTPS_PROXY} send it. */
        @JsonProperty("Intercepted")
        INTERCEPTED,
        /** The request for a tunnel itself: refused, or passed through unseen. */
        @JsonProperty("Tunnel")
        TUNNEL,
        /** The request's head could not be read. */
        @JsonProperty("Unknown")
        UNKNOWN
    }

    /** What a client spoke. */
    public enum Protocol {
        @JsonProperty("HTTP/1.0")
        HTTP_1_0,
        @JsonProperty("HTTP/1.1")
        HTTP_1_1,
        @JsonProperty("HTTP/2")
        HTTP_2,
        /** HTTP/1.1, upgraded (RFC 6455). */
        @JsonProperty("WebSocket")
        WEB_SOCKET,
        /** What could not be read. */
        @JsonProperty("Unknown")
        UNKNOWN
    }

    /** What became of a request. */
    public enum Decision {
        @JsonProperty("Allowed")
        ALLOWED,
        /** The policy would refuse it, but is not enforced: it passed without a credential. */
        @JsonProperty("WouldDeny")
        WOULD_DENY,
        @JsonProperty("Denied")
        DENIED,
        /** Permitted, but not answered, or not to its end. */
        @JsonProperty("Failed")
        FAILED
    }

    /**
     * A credential, without its value.
     *
     * @param name {@code secret/key}
     * @param fingerprint the keyed digest that the status shows too
     */
    public record CredentialUse(String name, String fingerprint) {
        public CredentialUse {
            Require.present(name, "name");
            Require.present(fingerprint, "fingerprint");
        }
    }
}
