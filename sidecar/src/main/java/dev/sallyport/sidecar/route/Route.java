package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.TlsMode;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import dev.sallyport.sidecar.policy.when.RequestFacts;
import dev.sallyport.sidecar.policy.when.Verdict.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A way out, ready to be asked. Immutable. */
public final class Route {

    private final RouteConfig config;
    private final List<Rule> rules;
    private final Optional<Origin> baseUrl;

    Route(RouteConfig config) throws InvalidConditionException {
        this.config = config;
        List<Rule> compiled = new ArrayList<>();
        for (int i = 0; i < config.rules().size(); i++) {
            try {
                compiled.add(Rule.of(config.rules().get(i)));
            } catch (InvalidConditionException e) {
                throw e.in("routes: " + config.name() + ": rules[" + i + "].when");
            }
        }
        this.rules = List.copyOf(compiled);
        this.baseUrl = config.baseUrlHost()
                .or(() ->
                        config.hosts().size() == 1 ? Optional.of(config.hosts().getFirst()) : Optional.empty())
                .filter(HostPattern::isLiteral)
                .filter(pattern -> config.tlsMode() == TlsMode.INTERCEPT)
                .map(pattern -> Origin.of(config.scheme(), pattern))
                .filter(origin -> config.hosts().stream().anyMatch(origin::matches));
    }

    public String name() {
        return config.name();
    }

    public RouteConfig config() {
        return config;
    }

    /** Whether any rule has a condition. */
    public boolean hasConditions() {
        return config.rules().stream().anyMatch(rule -> rule.when().isPresent());
    }

    /** Whom the reverse form reaches; empty: the route cannot be reached in that form. */
    public Optional<Origin> baseUrl() {
        return baseUrl;
    }

    /**
     * What the rules say of a request. The rules that don't read the body are asked first, since what they permit can be
     * streamed; then those that do. Among each the first decides that permits it.
     *
     * @param path {@code facts.path()} is its normal form
     * @param bodyIsRead whether the facts hold the body, or there is none
     */
    public Verdict judge(RequestPath path, RequestFacts facts, boolean bodyIsRead) {
        if (rules.isEmpty()) {
            return new Verdict.Permitted(OptionalInt.empty());
        }
        boolean pathKnown = false;
        List<Integer> reading = new ArrayList<>();
        Refusals refusals = new Refusals();
        for (int i = 0; i < rules.size() && !refusals.isTooCostly(); i++) {
            Rule rule = rules.get(i);
            int specificity = rule.specificity(path);
            if (specificity >= 0 && rule.hasMethod(facts.method())) {
                if (rule.readsBody()) {
                    reading.add(i);
                } else if (refusals.isPermitted(rule, specificity, facts)) {
                    return new Verdict.Permitted(OptionalInt.of(i));
                }
            }
            pathKnown |= specificity >= 0;
        }
        if (!reading.isEmpty() && !bodyIsRead && !refusals.isTooCostly()) {
            return Verdict.NeedsBody.TO_DECIDE;
        }
        for (int i : reading) {
            if (refusals.isTooCostly()) {
                break;
            }
            Rule rule = rules.get(i);
            if (refusals.isPermitted(rule, rule.specificity(path), facts)) {
                return new Verdict.Permitted(OptionalInt.of(i));
            }
        }
        Optional<Verdict> unmet = refusals.first();
        return unmet.isPresent() ? unmet.get() : withoutRule(path, pathKnown);
    }

    private static Verdict withoutRule(RequestPath path, boolean pathKnown) {
        if (pathKnown) {
            return Verdict.Unlisted.METHOD;
        }
        return path.spellsDelimiter() ? Verdict.Unlisted.DELIMITER : Verdict.Unlisted.PATH;
    }

    /** What the rules say. */
    public sealed interface Verdict {

        /**
         * Some rule permits it.
         *
         * @param rule the rule's index; empty: there are no rules
         */
        record Permitted(OptionalInt rule) implements Verdict {}

        /** Only a condition that reads the body can tell. */
        enum NeedsBody implements Verdict {
            TO_DECIDE
        }

        /** No rule lists it. */
        enum Unlisted implements Verdict {
            /** A rule has the path, but none with the method. */
            METHOD,
            /** No rule has the path. */
            PATH,
            /** No rule has the path, and it holds an encoded slash or percent sign, which a rule must spell. */
            DELIMITER
        }

        /**
         * Rules list it, but their conditions don't hold.
         *
         * @param cause why not, by the rule whose path pattern is the most specific
         * @param explanation one sentence for the agent and its human
         */
        record Unmet(Cause cause, String explanation) implements Verdict {}
    }

    /** Collects why rules that list a request don't permit it. */
    private static final class Refusals {

        private Optional<Verdict> first = Optional.empty();
        private int specificity = -1;
        private boolean tooCostly;

        boolean isPermitted(Rule rule, int ruleSpecificity, RequestFacts facts) {
            Optional<Verdict.Unmet> unmet = rule.unmet(facts);
            // A request that costs too much must not cost that once for each rule.
            tooCostly |= unmet.isPresent() && unmet.get().cause() == Cause.TOO_COSTLY;
            if (unmet.isPresent() && ruleSpecificity > specificity) {
                first = Optional.of(unmet.get());
                specificity = ruleSpecificity;
            }
            return unmet.isEmpty();
        }

        boolean isTooCostly() {
            return tooCostly;
        }

        Optional<Verdict> first() {
            return first;
        }
    }
}
