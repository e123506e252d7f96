package dev.sallyport.operator.resolve;

import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.operator.model.Problem;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds Secrets that the agent would read itself: those of routes, and where Secrets must name their hosts any, since what the
 * agent has it may send to each host that it reaches.
 *
 * @param credentials the Secrets that routes name
 * @param allowedHosts whether the namespace's Secrets must name the hosts that may get them
 * @param problems takes what was found
 */
record SecretCheck(Set<String> credentials, AllowedHosts allowedHosts, Problems problems) {

    /** Adds a problem if the agent may not read the Secret. */
    void check(@Nullable String secret, String path) {
        if (secret != null && credentials.contains(secret)) {
            problems.add(Problem.isolation(
                    path,
                    "the Secret " + secret + " is a credential of a route, which the agent must not read",
                    "remove it; the proxy puts the credential into the requests"));
        } else if (allowedHosts == AllowedHosts.REQUIRED) {
            problems.add(Problem.isolation(
                    path,
                    "Secrets of this namespace go only to the hosts that they name, and the agent could send"
                            + " what it reads to others",
                    "remove it; name the Secret in a route's credential"));
        }
    }
}
