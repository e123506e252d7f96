package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.QueryLogging;
import dev.sallyport.sidecar.route.Route;
import java.util.Optional;

/** What the audit log shows of a query. */
final class LoggedQuery {

    private static final int LONGEST = 2048;

    private LoggedQuery() {}

    /**
     * Each parameter's name, as the client spelt it, followed by {@code =} and, where the route says so, its value.
     *
     * @param query with its question mark; empty: there is none
     * @param route empty: none was found, and no value is shown
     * @return at most 2048 characters; empty: there are no parameters
     */
    static Optional<String> of(String query, Optional<Route> route) {
        boolean values = route.filter(found -> found.config().queryLogging() == QueryLogging.VALUES)
                .isPresent();
        String injected = route.flatMap(found -> found.config().credential())
                .map(LoggedQuery::parameter)
                .orElse("");
        StringBuilder logged = new StringBuilder();
        int begin = 1;
        while (begin < query.length() && logged.length() < LONGEST) {
            int ampersand = query.indexOf('&', begin);
            int end = ampersand < 0 ? query.length() : ampersand;
            if (end > begin) {
                append(logged, query.substring(begin, end), values, injected);
            }
            begin = end + 1;
        }
        if (logged.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(logged.length() > LONGEST ? logged.substring(0, LONGEST) : logged.toString());
    }

    private static void append(StringBuilder logged, String pair, boolean values, String injected) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        logged.append(logged.isEmpty() ? "" : "&").append(name).append('=');
        // What the client sends in the credential's place may be a credential of its own.
        if (values && equals >= 0 && !name.equals(injected)) {
            logged.append(pair, equals + 1, pair.length());
        }
    }

    private static String parameter(CredentialConfig credential) {
        return credential instanceof CredentialConfig.Query query ? query.name() : "";
    }
}
