package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.json.StrictJson;
import java.util.Optional;

/** What a client is told that gets no answer of an upstream. */
record RefusalBody(Refusal error) {

    static final String REASON_FIELD = "Sallyport-Reason";

    record Refusal(String type, String reason, String message, Optional<String> route, String requestId) {}

    static byte[] of(Reason reason, String message, Optional<String> route, String requestId) {
        return StrictJson.write(new RefusalBody(new Refusal("sallyport", reason.code(), message, route, requestId)));
    }

    /** What to change, for reasons that need no more than their name. */
    static String message(Reason reason) {
        return switch (reason) {
            case MALFORMED_REQUEST ->
                "The request's head breaks HTTP's rules (RFC 9112), or could be read in two ways.";
            case ROUTE_NOT_FOUND ->
                "No route has this name; the first path segment must be the name of a route of this sandbox that has a"
                        + " base URL.";
            case SCHEME_NOT_ALLOWED -> "The route's hosts are not spoken to in this scheme.";
            case METHOD_NOT_ALLOWED -> "This method never passes.";
            case TARGET_TOO_LONG -> "The request target is longer than limits.targetBytes permits.";
            case HEAD_TOO_LARGE ->
                "The request's head is larger, or has more fields, than limits.headBytes and limits.headFields permit.";
            case UPGRADE_NOT_ALLOWED -> "This upgrade is not supported; send a plain HTTP request.";
            case ADDRESS_NOT_ALLOWED ->
                "The host resolves to an address that the route does not permit; a private one needs addresses: Private.";
            case AUDIT_UNAVAILABLE ->
                "The request cannot be recorded, and what cannot be recorded is not sent; try again later.";
            case CONFIG_UNAVAILABLE -> "The proxy has no configuration that it can read; its status says why.";
            case STOPPING -> "The proxy is stopping; send the request again when it is back.";
            case NAME_NOT_RESOLVED -> "The host's name has no address, or nobody answered for it.";
            case UPSTREAM_UNREACHABLE -> "No connection to the host could be made.";
            case UPSTREAM_CERTIFICATE_INVALID ->
                "The host's certificate is not trusted or not for its name; a private authority belongs into the"
                        + " route's trusted certificates.";
            case UPSTREAM_PROTOCOL_ERROR -> "The host's answer breaks the rules of HTTP or TLS.";
            case UPSTREAM_RESET -> "The host closed the connection before it answered.";
            case INTERNAL_ERROR -> "The proxy failed; its log has the place. Please report it.";
            case UPSTREAM_TIMEOUT -> "The host did not answer in time.";
            case AUTHORITY_MISMATCH ->
                "The tunnel's host, the TLS server name and the request's host are not the same; use one connection for"
                        + " each host.";
            case REDACTION_IMPOSSIBLE ->
                "The host's answer is encoded although the identity coding was asked for, so it cannot be searched for"
                        + " the credential.";
            case PATH_NOT_ALLOWED,
                    PROXY_CREDENTIAL_REQUIRED,
                    CONDITION_NOT_MET,
                    CONDITION_NOT_EVALUABLE,
                    CONDITION_TOO_COSTLY,
                    BODY_UNUSABLE,
                    PLACEHOLDER_MISSING,
                    PLACEHOLDER_MISUSE,
                    AMBIGUOUS_PATH,
                    BODY_TOO_LARGE,
                    RATE_LIMITED,
                    TOO_MANY_CONCURRENT_REQUESTS,
                    CREDENTIAL_UNAVAILABLE,
                    CREDENTIAL_HOST_NOT_ALLOWED,
                    DRAIN_EXPIRED,
                    CLIENT_ABORTED -> "The request was not answered.";
        };
    }
}
