package dev.sallyport.standin.auth;

import java.util.List;
import java.util.Set;

/**
 * Lets a request through to a provider's API if every credential that it presents to that API is real. One good key does
 * not make up for a bad one beside it: a client's dummy that slipped through a proxy must not go unnoticed.
 *
 * @param keyring the provider's real keys
 * @param judged the carriers that this provider reads
 * @param accepted those of them in which a real key is good
 */
public record Gate(Keyring keyring, Set<Carrier> judged, Set<Carrier> accepted) {
    public Gate {
        judged = Set.copyOf(judged);
        accepted = Set.copyOf(accepted);
    }

    /** What the gate says to a request. */
    public sealed interface Verdict {
        /** Every credential is real. */
        record Granted() implements Verdict {}

        /** There is no credential that this provider reads. */
        record Missing() implements Verdict {}

        /**
         * A credential is wrong.
         *
         * @param carrier the first one that is
         */
        record Refused(Carrier carrier) implements Verdict {}
    }

    /** Judges the credentials of one request. */
    public Verdict judge(List<Credential> presented) {
        var relevant = presented.stream()
                .filter(credential -> judged.contains(credential.carrier()))
                .toList();
        if (relevant.isEmpty()) {
            return new Verdict.Missing();
        }
        for (var credential : relevant) {
            boolean real = keyring.lineOf(credential.value()) != Keyring.NONE;
            if (!real || !accepted.contains(credential.carrier())) {
                return new Verdict.Refused(credential.carrier());
            }
        }
        return new Verdict.Granted();
    }
}
