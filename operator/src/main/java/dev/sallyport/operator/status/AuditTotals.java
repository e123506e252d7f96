package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AuditStatus;
import dev.sallyport.api.v1alpha1.CarriedCounts;
import dev.sallyport.api.v1alpha1.LastDenied;
import dev.sallyport.api.v1alpha1.RouteCounts;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.Tally;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Totals over all counter files of a sandbox. A file that is seen for the first time has what the earlier ones counted
 * carried below it; a count of the same file replaces the one before, and never by a smaller one, so that a late or
 * shortened report takes nothing back.
 */
final class AuditTotals {

    /** The bound of the schema. */
    private static final int MOST_ROUTES = 1024;

    private AuditTotals() {}

    /** The totals after this report. The same report twice changes nothing. */
    static AuditStatus fold(@Nullable AuditStatus before, Counters counters) {
        Counts carried = carried(before, counters.epoch());
        Counts current = counts(counters);
        if (before != null && counters.epoch().equals(before.counterEpoch())) {
            current = current.atLeast(totals(before).minus(carried));
        }
        Counts totals = carried.plus(current);
        return new AuditStatus(
                totals.all().allowed(),
                totals.all().denied(),
                totals.all().failed(),
                totals.all().credentialed(),
                newest(before == null ? null : before.lastDenied(), counters.lastDenied()),
                totals.routeCounts(),
                counters.epoch(),
                carried.isZero() ? null : carried.asCarried());
    }

    private static Counts carried(@Nullable AuditStatus before, String epoch) {
        if (before == null) {
            return Counts.ZERO;
        }
        if (!epoch.equals(before.counterEpoch())) {
            return totals(before);
        }
        CarriedCounts carried = before.carried();
        return carried == null
                ? Counts.ZERO
                : new Counts(
                        new Tally(carried.allowed(), carried.denied(), carried.failed(), carried.credentialed()),
                        byName(carried.routes()));
    }

    private static Counts totals(AuditStatus status) {
        return new Counts(
                new Tally(status.allowed(), status.denied(), status.failed(), status.credentialed()),
                byName(status.routes()));
    }

    private static Counts counts(Counters counters) {
        Map<String, Tally> routes = new TreeMap<>();
        counters.routes().forEach(route -> routes.merge(route.name(), route.tally(), AuditTotals::sum));
        return new Counts(counters.total(), routes);
    }

    private static Map<String, Tally> byName(List<RouteCounts> routes) {
        Map<String, Tally> byName = new TreeMap<>();
        for (RouteCounts route : routes) {
            byName.put(route.name(), new Tally(route.allowed(), route.denied(), route.failed(), route.credentialed()));
        }
        return byName;
    }

    private static @Nullable LastDenied newest(@Nullable LastDenied before, Optional<Counters.LastDenied> reported) {
        LastDenied after = reported.map(AuditTotals::lastDenied).orElse(null);
        if (before == null || after == null) {
            return after == null ? before : after;
        }
        return Instant.parse(after.time()).isBefore(Instant.parse(before.time())) ? before : after;
    }

    private static LastDenied lastDenied(Counters.LastDenied denied) {
        return new LastDenied(
                denied.time().truncatedTo(ChronoUnit.MILLIS).toString(),
                denied.route().orElse(null),
                denied.method().isEmpty() ? null : denied.method(),
                denied.host().filter(host -> !host.isEmpty()).orElse(null),
                denied.reason());
    }

    private static Tally sum(Tally a, Tally b) {
        return new Tally(
                a.allowed() + b.allowed(),
                a.denied() + b.denied(),
                a.failed() + b.failed(),
                a.credentialed() + b.credentialed());
    }

    private static Tally difference(Tally a, Tally b) {
        return new Tally(
                Math.max(0, a.allowed() - b.allowed()),
                Math.max(0, a.denied() - b.denied()),
                Math.max(0, a.failed() - b.failed()),
                Math.max(0, a.credentialed() - b.credentialed()));
    }

    private static Tally greater(Tally a, Tally b) {
        return new Tally(
                Math.max(a.allowed(), b.allowed()),
                Math.max(a.denied(), b.denied()),
                Math.max(a.failed(), b.failed()),
                Math.max(a.credentialed(), b.credentialed()));
    }

    private record Counts(Tally all, Map<String, Tally> routes) {

        static final Counts ZERO = new Counts(Tally.ZERO, Map.of());

        Counts plus(Counts other) {
            Map<String, Tally> sum = new TreeMap<>(routes);
            other.routes.forEach((name, tally) -> sum.merge(name, tally, AuditTotals::sum));
            return new Counts(AuditTotals.sum(all, other.all), sum);
        }

        Counts minus(Counts other) {
            Map<String, Tally> rest = new TreeMap<>(routes);
            rest.replaceAll((name, tally) -> difference(tally, other.routes.getOrDefault(name, Tally.ZERO)));
            return new Counts(difference(all, other.all), rest);
        }

        Counts atLeast(Counts other) {
            Map<String, Tally> greater = new TreeMap<>(routes);
            other.routes.forEach((name, tally) -> greater.merge(name, tally, AuditTotals::greater));
            return new Counts(AuditTotals.greater(all, other.all), greater);
        }

        boolean isZero() {
            return all.equals(Tally.ZERO) && routes.isEmpty();
        }

        CarriedCounts asCarried() {
            return new CarriedCounts(all.allowed(), all.denied(), all.failed(), all.credentialed(), routeCounts());
        }

        /** By name; where there are too many, the least used ones are left out. Their requests stay in the totals. */
        List<RouteCounts> routeCounts() {
            return routes.entrySet().stream()
                    .sorted(Comparator.comparingLong((Map.Entry<String, Tally> entry) ->
                            -(entry.getValue().allowed()
                                    + entry.getValue().denied()
                                    + entry.getValue().failed())))
                    .limit(MOST_ROUTES)
                    .map(entry -> new RouteCounts(
                            entry.getKey(),
                            entry.getValue().allowed(),
                            entry.getValue().denied(),
                            entry.getValue().failed(),
                            entry.getValue().credentialed()))
                    .sorted(Comparator.comparing(RouteCounts::name))
                    .toList();
        }
    }
}
