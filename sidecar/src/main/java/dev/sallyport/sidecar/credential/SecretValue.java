package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import java.util.List;
import java.util.Optional;

/** What was found for one reference to a Secret value. */
public sealed interface SecretValue {

    /**
     * A value that can be used.
     *
     * @param secret the value
     * @param fingerprint its keyed digest
     * @param allowedHosts the only hosts that the Secret lets itself be sent to; empty: it does not say
     * @param message what was mended; empty: nothing
     */
    record Usable(Secret secret, String fingerprint, Optional<List<HostPattern>> allowedHosts, Optional<String> message)
            implements SecretValue {}

    /** A value of a Secret that does not name the hosts that may get it, where it must. */
    record Unbound() implements SecretValue {

        /** What is missing. */
        public static final String MESSAGE =
                "the Secret has no key allowed-hosts that names the hosts which may get it," + " and here it needs one";
    }

    /**
     * Nothing that can be used.
     *
     * @param state missing or invalid
     * @param message what is wrong, without any part of the value
     */
    record Unusable(State state, String message) implements SecretValue {}
}
