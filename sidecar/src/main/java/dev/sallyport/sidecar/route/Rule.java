package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.sidecar.policy.when.Condition;
import dev.sallyport.sidecar.policy.when.InvalidConditionException;
import dev.sallyport.sidecar.policy.when.RequestFacts;
import dev.sallyport.sidecar.policy.when.Verdict;
import java.util.List;
import java.util.Optional;

/** A rule, compiled. */
record Rule(List<String> methods, List<PathMatcher> paths, Optional<Condition> condition) {

    static Rule of(RuleConfig config) throws InvalidConditionException {
        return new Rule(
                config.methods(),
                config.paths().stream().map(PathMatcher::new).toList(),
                config.when().isPresent()
                        ? Optional.of(Condition.compile(config.when().get()))
                        : Optional.empty());
    }

    boolean hasMethod(String method) {
        return methods.isEmpty() || methods.contains(method);
    }

    /**
     * How closely the rule's paths describe this one: 0 for a rule without paths, more the more the best pattern spells;
     * -1: they don't.
     */
    int specificity(RequestPath path) {
        if (paths.isEmpty()) {
            return 0;
        }
        int best = -1;
        for (PathMatcher matcher : paths) {
            if (matcher.specificity() > best && matcher.matches(path)) {
                best = matcher.specificity();
            }
        }
        return best;
    }

    boolean readsBody() {
        return condition.isPresent() && condition.get().needsBody();
    }

    /** Why the condition doesn't hold; empty: it does, or there is none. */
    Optional<Route.Verdict.Unmet> unmet(RequestFacts facts) {
        if (condition.isEmpty()) {
            return Optional.empty();
        }
        return switch (condition.get().evaluate(facts)) {
            case Verdict.Allowed _ -> Optional.empty();
            case Verdict.Refused refused ->
                Optional.of(new Route.Verdict.Unmet(refused.cause(), refused.explanation()));
        };
    }
}
