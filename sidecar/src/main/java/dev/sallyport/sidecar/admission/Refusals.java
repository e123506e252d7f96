package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.policy.Decision.Deny;

/** What a client is told that is refused before the policy is asked. Each message says what to change and quotes nothing. */
final class Refusals {

    static final Deny MISMATCH = new Deny(
            Reason.AUTHORITY_MISMATCH,
            "The request's target, its Host field and the tunnel that it came through do not name the same host and port;"
                    + " use one connection for each host.");

    static final Deny HTTPS_IN_ABSOLUTE_FORM = new Deny(
            Reason.SCHEME_NOT_ALLOWED,
            "A proxy is asked for an https URL by CONNECT (HTTPS_PROXY), or by its route's base URL, not by an absolute"
                    + " target.");

    static final Deny OTHER_SCHEME = new Deny(Reason.SCHEME_NOT_ALLOWED, "No other schemes than http and https pass.");

    static final Deny SCHEME_OF_TUNNEL = new Deny(
            Reason.SCHEME_NOT_ALLOWED,
            "The request's scheme is not the one that is spoken in its tunnel: https inside TLS, http without.");

    static final Deny NO_ROUTE = new Deny(
            Reason.ROUTE_NOT_FOUND,
            "No route of this sandbox leads to this host and port; add the host to a route if it should be reached.");

    static final Deny NO_NAME = new Deny(
            Reason.ROUTE_NOT_FOUND,
            "No route has this name; the first path segment must be the name of a route of this sandbox that has a base"
                    + " URL.");

    static final Deny ASTERISK =
            new Deny(Reason.PATH_NOT_ALLOWED, "The target * names no path, so no rule can permit it; ask for a path.");

    static final Deny ASTERISK_OF_PROXY = new Deny(
            Reason.ROUTE_NOT_FOUND, "The target * names no route; the proxy has no options of its own to tell.");

    static final Deny CONNECT_HERE = new Deny(
            Reason.METHOD_NOT_ALLOWED,
            "CONNECT passes in HTTP/1.1 on the proxy's own port only, neither inside a tunnel nor in HTTP/2.");

    static final Deny TRACE = new Deny(
            Reason.METHOD_NOT_ALLOWED, "TRACE never passes: its answer would show the credential that was put in.");

    static final Deny UPGRADE = new Deny(
            Reason.UPGRADE_NOT_ALLOWED,
            "No upgrade passes but one to websocket, alone, in a GET of HTTP/1.1 without a body.");

    static final Deny MISUSE = new Deny(
            Reason.PLACEHOLDER_MISUSE,
            "The request carries a placeholder that stands for no credential at this host, or stands where its route does"
                    + " not permit it (placeholder.in).");

    static final Deny PLACEHOLDER_MISSING = new Deny(
            Reason.PLACEHOLDER_MISSING,
            "The host's credential is given only to requests that carry its placeholder; send the value of the variable"
                    + " that placeholder.env names as the credential.");

    private Refusals() {}

    /** @param why the end of a sentence */
    static Deny malformed(String why) {
        return new Deny(Reason.MALFORMED_REQUEST, "The request's head breaks HTTP's rules: " + why + ".");
    }

    /** @param asked the scheme that the host's route does not have */
    static Deny otherScheme(Scheme asked) {
        return new Deny(
                Reason.SCHEME_NOT_ALLOWED,
                switch (asked) {
                    case HTTPS -> "The host's route is plain HTTP; ask for an http URL.";
                    case HTTP ->
                        "The host's route is HTTPS; ask for an https URL (HTTPS_PROXY), or use the route's base URL.";
                });
    }

    static Deny ambiguous(String why) {
        return new Deny(
                Reason.AMBIGUOUS_PATH, "The path could be read in two ways: " + why + "; send it in its normal form.");
    }

    static Deny targetTooLong(int most) {
        return new Deny(
                Reason.TARGET_TOO_LONG,
                "The request target is longer than the " + most + " bytes that limits.targetBytes permits.");
    }

    static Deny tooManyFields(int most) {
        return new Deny(
                Reason.HEAD_TOO_LARGE,
                "The request's head has more than the " + most + " fields that limits.headFields permits.");
    }

    static Deny unreadablyLarge(int most) {
        return new Deny(
                Reason.BODY_TOO_LARGE,
                "The request's body must be read to decide on it (a rule's condition or a placeholder), and is larger than"
                        + " the " + most + " bytes that may be read.");
    }
}
