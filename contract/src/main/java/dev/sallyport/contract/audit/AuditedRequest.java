package dev.sallyport.contract.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.json.Require;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * One request, as it stands in the audit log when it has ended. What the client chose is cut to the length given, by
 * {@link #cut}, and never holds a body or a field's value.
 *
 * @param id the request's, as the client was told in a refusal: 1 to 64 printable ASCII characters
 * @param form how the client spoke to the proxy
 * @param protocol what it spoke
 * @param method at most {@value #METHOD_CHARACTERS} characters
 * @param host the upstream's name or address, 1 to {@value #HOST_CHARACTERS} characters; empty: none was found
 * @param path as it was asked for, without the query, at most {@value #PATH_CHARACTERS} characters; empty: not readable, or
 *     a tunnel
 * @param query the query's parameters, each name followed by {@code =} and, where the route says so, its value, joined by
 *     {@code &}, as the client spelt them, at most {@value #QUERY_CHARACTERS} characters; empty: there is none
 * @param route the route's name; empty: none was found
 * @param rule which of the route's rules permitted it, from 0 to 63; empty: none, or the route has no rules
 * @param decision what became of it
 * @param reason why it was not answered by its upstream; where it passed only because the policy is not enforced, why
 *     it would have been refused; empty: it was permitted and answered
 * @param credential what was put in; empty: nothing
 * @param status the status that the client got, 100 to 999; empty: none
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

    public static final int METHOD_CHARACTERS = 32;
    public static final int HOST_CHARACTERS = 255;
    public static final int PATH_CHARACTERS = 2048;
    public static final int QUERY_CHARACTERS = 2048;

    private static final Pattern ID = Pattern.compile("[!-~]{1,64}");
    private static final Pattern ROUTE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    public AuditedRequest {
        Require.that(ID.matcher(Require.present(id, "id")).matches(), "id: not 1 to 64 printable characters");
        Require.present(form, "form");
        Require.present(protocol, "protocol");
        atMost(METHOD_CHARACTERS, Require.present(method, "method"), "method");
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
        Require.that(host.isEmpty() || !host.get().isEmpty(), "host: empty");
        host.ifPresent(text -> atMost(HOST_CHARACTERS, text, "host"));
        path.ifPresent(text -> atMost(PATH_CHARACTERS, text, "path"));
        query.ifPresent(text -> atMost(QUERY_CHARACTERS, text, "query"));
        Require.that(route.isEmpty() || ROUTE.matcher(route.get()).matches(), "route: not a DNS label");
        rule.ifPresent(index -> Require.range(index, 0, 63, "rule"));
        status.ifPresent(code -> Require.range(code, 100, 999, "status"));
        firstByteMicros.ifPresent(micros -> Require.that(micros >= 0, "firstByteMicros: negative"));
        Require.that(requestBytes >= 0 && responseBytes >= 0 && totalMicros >= 0, "a number: negative");
    }

    /** As much of what a client sent as a record takes: at most so many characters (code points). */
    public static String cut(String text, int characters) {
        return text.codePointCount(0, text.length()) <= characters
                ? text
                : text.substring(0, text.offsetByCodePoints(0, characters));
    }

    private static void atMost(int characters, String text, String field) {
        Require.that(
                text.codePointCount(0, text.length()) <= characters,
                field + ": more than " + characters + " characters");
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
     * @param name {@code secret/key}, as a {@code SecretRef} names them
     * @param fingerprint the keyed digest that the status shows too: 16 hexadecimal digits
     */
    public record CredentialUse(String name, String fingerprint) {

        private static final Pattern NAME =
                Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/[-._a-zA-Z0-9]{1,253}");
        private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{16}");

        public CredentialUse {
            Require.that(NAME.matcher(Require.present(name, "name")).matches(), "name: not secret/key");
            Require.that(
                    FINGERPRINT
                            .matcher(Require.present(fingerprint, "fingerprint"))
                            .matches(),
                    "fingerprint: not 16 digits");
        }
    }
}
