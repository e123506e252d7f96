package dev.sallyport.sidecar.credential;

import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.contract.status.ProxyReport.CredentialState.State;
import dev.sallyport.sidecar.redact.Needles;
import dev.sallyport.sidecar.redact.ResponseMasking;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** All Secret values that one configuration names, as they were at one moment. They never change. */
public final class Credentials {

    private static final SecretValue NOT_NAMED = new SecretValue.Unusable(State.MISSING, "not named");

    private final List<SecretRef> refs;
    private final Map<SecretRef, SecretValue> values;

    /** Made when first asked for, by the values that they mask. Garbage with these credentials, as the values are. */
    private final Map<List<SecretRef>, Needles> needles = new ConcurrentHashMap<>();

    /** Holds these, in the order of the references. */
    public Credentials(List<SecretRef> refs, Map<SecretRef, SecretValue> values) {
        this.refs = List.copyOf(refs);
        this.values = Map.copyOf(values);
    }

    SecretValue get(SecretRef ref) {
        return values.getOrDefault(ref, NOT_NAMED);
    }

    /**
     * What masks the answer to a request that got its credential from here, to be closed when the exchange has ended. It goes
     * on when these credentials are replaced.
     */
    public ResponseMasking masking(RouteConfig route) {
        return route.redactResponses() == RedactResponses.NONE
                ? ResponseMasking.none()
                : route.credential()
                        .map(config -> ResponseMasking.of(route.redactResponses(), needles(config)))
                        .orElseGet(ResponseMasking::none);
    }

    private Needles needles(CredentialConfig config) {
        return needles.computeIfAbsent(config.secrets(), secrets -> {
            List<byte[]> octets = secrets.stream()
                    .map(this::get)
                    .flatMap(value -> value instanceof SecretValue.Usable usable
                                    && usable.secret().isMaskable()
                            ? Stream.of(usable.secret().octets())
                            : Stream.empty())
                    .toList();
            Needles made = Needles.of(octets);
            octets.forEach(secret -> Arrays.fill(secret, (byte) 0));
            return made;
        });
    }

    /** The same without the values of Secrets that do not name the hosts that may get them. */
    public Credentials bound() {
        Map<SecretRef, SecretValue> bound = new HashMap<>(values);
        bound.replaceAll((ref, value) -> value instanceof SecretValue.Usable usable
                        && usable.allowedHosts().isEmpty()
                ? new SecretValue.Unbound()
                : value);
        return new Credentials(refs, bound);
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
            case SecretValue.Unbound ignored ->
                new CredentialState(
                        ref.secret(),
                        ref.key(),
                        State.INVALID,
                        Optional.empty(),
                        Optional.of(SecretValue.Unbound.MESSAGE));
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
