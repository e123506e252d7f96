package dev.sallyport.contract.audit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** Why a request was not answered by its upstream. A code is stable: it is never renamed and never changes its meaning. */
public enum Reason {
    MALFORMED_REQUEST("MalformedRequest", Outcome.DENIED, 400),
    PROXY_CREDENTIAL_REQUIRED("ProxyCredentialRequired", Outcome.DENIED, 407),
    ROUTE_NOT_FOUND("RouteNotFound", Outcome.DENIED, 403),
    SCHEME_NOT_ALLOWED("SchemeNotAllowed", Outcome.DENIED, 403),
    METHOD_NOT_ALLOWED("MethodNotAllowed", Outcome.DENIED, 403),
    PATH_NOT_ALLOWED("PathNotAllowed", Outcome.DENIED, 403),
    CONDITION_NOT_MET("ConditionNotMet", Outcome.DENIED, 403),
    CONDITION_NOT_EVALUABLE("ConditionNotEvaluable", Outcome.DENIED, 403),
    CONDITION_TOO_COSTLY("ConditionTooCostly", Outcome.DENIED, 403),
    BODY_UNUSABLE("BodyUnusable", Outcome.DENIED, 403),
    AUTHORITY_MISMATCH("AuthorityMismatch", Outcome.DENIED, 421),
    PLACEHOLDER_MISSING("PlaceholderMissing", Outcome.DENIED, 401),
    PLACEHOLDER_MISUSE("PlaceholderMisuse", Outcome.DENIED, 403),
    AMBIGUOUS_PATH("AmbiguousPath", Outcome.DENIED, 400),
    TARGET_TOO_LONG("TargetTooLong", Outcome.DENIED, 414),
    HEAD_TOO_LARGE("HeadTooLarge", Outcome.DENIED, 431),
    BODY_TOO_LARGE("BodyTooLarge", Outcome.DENIED, 413),
    UPGRADE_NOT_ALLOWED("UpgradeNotAllowed", Outcome.DENIED, 403),
    RATE_LIMITED("RateLimited", Outcome.DENIED, 429),
    TOO_MANY_CONCURRENT_REQUESTS("TooManyConcurrentRequests", Outcome.DENIED, 429),
    ADDRESS_NOT_ALLOWED("AddressNotAllowed", Outcome.DENIED, 403),
    CREDENTIAL_UNAVAILABLE("CredentialUnavailable", Outcome.DENIED, 503),
    CREDENTIAL_HOST_NOT_ALLOWED("CredentialHostNotAllowed", Outcome.DENIED, 403),
    CONFIG_UNAVAILABLE("ConfigUnavailable", Outcome.DENIED, 503),
    AUDIT_UNAVAILABLE("AuditUnavailable", Outcome.DENIED, 503),
    STOPPING("Stopping", Outcome.DENIED, 503),
    NAME_NOT_RESOLVED("NameNotResolved", Outcome.FAILED, 502),
    UPSTREAM_UNREACHABLE("UpstreamUnreachable", Outcome.FAILED, 502),
    UPSTREAM_CERTIFICATE_INVALID("UpstreamCertificateInvalid", Outcome.FAILED, 502),
    UPSTREAM_PROTOCOL_ERROR("UpstreamProtocolError", Outcome.FAILED, 502),
    UPSTREAM_RESET("UpstreamReset", Outcome.FAILED, 502),
    REDACTION_IMPOSSIBLE("RedactionImpossible", Outcome.FAILED, 502),
    UPSTREAM_TIMEOUT("UpstreamTimeout", Outcome.FAILED, 504),
    DRAIN_EXPIRED("DrainExpired", Outcome.FAILED, 503),
    INTERNAL_ERROR("InternalError", Outcome.FAILED, 500),
    CLIENT_ABORTED("ClientAborted", Outcome.FAILED, 499);

    /** What became of a request. */
    public enum Outcome {
        /** Refused by the policy, a limit or the proxy's own state. */
        DENIED,
        /** Permitted, but not answered, or not to its end. */
        FAILED
    }

    private final String code;
    private final Outcome outcome;
    private final int status;

    Reason(String code, Outcome outcome, int status) {
        this.code = code;
        this.outcome = outcome;
        this.status = status;
    }

    /** As it is written everywhere, in PascalCase. */
    @JsonValue
    public String code() {
        return code;
    }

    public Outcome outcome() {
        return outcome;
    }

    /** The HTTP status of the answer, where the answer has not yet begun. 499 is only logged: nobody is there to read. */
    public int status() {
        return status;
    }

    /**
     * The reason with this code.
     *
     * @throws IllegalArgumentException if no reason has it
     */
    @JsonCreator
    public static Reason ofCode(String code) {
        return Arrays.stream(values())
                .filter(reason -> reason.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a reason"));
    }
}
