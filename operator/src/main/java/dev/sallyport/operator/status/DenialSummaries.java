package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.LastDenied;
import dev.sallyport.operator.model.Happening;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Sums up refused requests, so that an agent that tries for ever makes one Event a minute. */
public final class DenialSummaries {

    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<String, Told> told = new ConcurrentHashMap<>();

    private record Told(long denied, Instant at) {}

    public DenialSummaries(Clock clock) {
        this.clock = clock;
    }

    /** What to tell now; empty: nothing new, or it was told less than a minute ago. */
    public Optional<Happening> due(String sandboxUid, @Nullable AuditStatus before, @Nullable AuditStatus after) {
        if (after == null) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Told last =
                told.computeIfAbsent(sandboxUid, uid -> new Told(before == null ? 0 : before.denied(), Instant.EPOCH));
        long fresh = after.denied() - last.denied();
        if (fresh <= 0 || now.isBefore(last.at().plus(PAUSE))) {
            return Optional.empty();
        }
        told.put(sandboxUid, new Told(after.denied(), now));
        return Optional.of(Happening.warning("RequestsDenied", "Enforce", note(fresh, after.lastDenied())));
    }

    /** How long until what is untold may be told; empty: there is nothing. */
    public Optional<Duration> wait(String sandboxUid, @Nullable AuditStatus after) {
        Told last = told.get(sandboxUid);
        return after == null || last == null || after.denied() <= last.denied()
                ? Optional.empty()
                : Optional.of(Duration.between(clock.instant(), last.at().plus(PAUSE)))
                        .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
    }

    /** Forgets a sandbox that is gone. */
    public void forget(String sandboxUid) {
        told.remove(sandboxUid);
    }

    private static String note(long count, @Nullable LastDenied last) {
        String text = count == 1 ? "1 request was refused" : count + " requests were refused";
        if (last == null) {
            return text;
        }
        return text + ", the last: " + or(last.method(), "?") + " to host " + or(last.host(), "?") + ", route "
                + or(last.route(), "none") + ": " + last.reason();
    }

    private static String or(@Nullable String text, String absent) {
        return text == null ? absent : text;
    }
}
