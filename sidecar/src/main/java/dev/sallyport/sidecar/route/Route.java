package dev.sallyport.sidecar.route;

import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.RuleConfig;
import java.util.List;
import java.util.Optional;

/** A way out, ready to be asked. Immutable. */
public final class Route {

    private final RouteConfig config;
    private final List<Rule> rules;
    private final Optional<Origin> baseUrl;

    Route(RouteConfig config) {
        this.config = config;
        this.rules = config.rules().stream().map(Rule::new).toList();
        this.baseUrl = config.baseUrlHost()
                .or(() ->
                        config.hosts().size() == 1 ? Optional.of(config.hosts().getFirst()) : Optional.empty())
                .filter(pattern -> pattern.isLiteral())
                .map(pattern -> Origin.of(config.scheme(), pattern))
                .filter(origin -> config.hosts().stream().anyMatch(origin::matches));
    }

    public String name() {
        return config.name();
    }

    public RouteConfig config() {
        return config;
    }

    /** Whom the reverse form reaches; empty: the route cannot be reached in that form. */
    public Optional<Origin> baseUrl() {
        return baseUrl;
    }

    /** What the rules say of a request. */
    public Verdict judge(String method, RequestPath path) {
        if (rules.isEmpty()) {
            return new Verdict.Permitted(-1);
        }
        boolean pathKnown = false;
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.hasPath(path)) {
                if (rule.hasMethod(method)) {
                    return new Verdict.Permitted(i);
                }
                pathKnown = true;
            }
        }
        if (pathKnown) {
            return Verdict.Refused.METHOD;
        }
        return path.spellsDelimiter() ? Verdict.Refused.DELIMITER : Verdict.Refused.PATH;
    }

    /** What the rules say. */
    public sealed interface Verdict {

        /**
         * Some rule permits it.
         *
         * @param rule the rule's index; -1: there are no rules
         */
        record Permitted(int rule) implements Verdict {}

        /** No rule permits it. */
        enum Refused implements Verdict {
            /** A rule has the path, but none with the method. */
            METHOD,
            /** No rule has the path. */
            PATH,
            /** No rule has the path, and it holds an encoded slash or percent sign, which a rule must spell. */
            DELIMITER
        }
    }

    private record Rule(List<String> methods, List<PathMatcher> paths) {

        Rule(RuleConfig config) {
            this(config.methods(), config.paths().stream().map(PathMatcher::new).toList());
        }

        boolean hasMethod(String method) {
            return methods.isEmpty() || methods.contains(method);
        }

        boolean hasPath(RequestPath path) {
            return paths.isEmpty() || paths.stream().anyMatch(matcher -> matcher.matches(path));
        }
    }
}
