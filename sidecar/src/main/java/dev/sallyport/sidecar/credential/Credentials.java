package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All Secret values that one configuration names, as they were at one moment. Immutable. */
public final class Credentials {

    private static final SecretValue NOT_NAMED = new SecretValue.Unusable(State.MISSING, "not named");

    private final List<SecretRef> refs;
    private final Map<SecretRef, SecretValue> values;

    /** Holds these, in the order of the references. */
    public Credentials(List<SecretRef> refs, Map<SecretRef, SecretValue> values) {
        this.refs = List.copyOf(refs);
        this.values = Map.copyOf(values);
    }

    SecretValue get(SecretRef ref) {
        return values.getOrDefault(ref, NOT_NAMED);
    }

    /** Whether every value can be used. */
    public boolean areComplete() {
        return values.values().stream().allMatch(value -> value instanceof SecretValue.Usable);
    }

    /** Whether these bind themselves to the same hosts as the others do. */
    public boolean haveSameHosts(Credentials others) {
        return refs.stream().allMatch(ref -> hosts(get(ref)).equals(hosts(others.get(ref))));
    }

    private static Optional<List<HostPattern>> hosts(SecretValue value) {
        return value instanceof SecretValue.Usable usable ? usable.allowedHosts() : Optional.empty();
    }

    /** What the status says of them. */
    public List<CredentialState> states() {
        return refs.stream().map(ref -> state(ref, get(ref))).toList();
    }

    private static CredentialState state(SecretRef ref, SecretValue value) {
        return switch (value) {
            case SecretValue.Usable usable ->
                new CredentialState(
                        ref.secret(), ref.key(), State.RESOLVED, Optional.of(usable.fingerprint()), usable.message());
            case SecretValue.Unusable unusable ->
                new CredentialState(
                        ref.secret(), ref.key(), unusable.state(), Optional.empty(), Optional.of(unusable.message()));
        };
    }

    @Override
    public String toString() {
        return "Credentials" + refs;
    }
}
