package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.Rule;
import dev.sallyport.contract.config.PathPattern;
import dev.sallyport.contract.config.RuleConfig;
import dev.sallyport.operator.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a route's rules. Expressions are taken as they are: the proxy compiles them, and reports one that is wrong. */
final class RuleReader {

    private final Problems problems;

    RuleReader(Problems problems) {
        this.problems = problems;
    }

    /** The rules without problems. */
    List<RuleConfig> read(List<Rule> rules, String path) {
        List<RuleConfig> read = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            read(rules.get(i), path + "[" + i + "]").ifPresent(read::add);
        }
        return read;
    }

    private Optional<RuleConfig> read(Rule rule, String path) {
        if (rule.methods().isEmpty() && rule.paths().isEmpty() && rule.when() == null) {
            problems.add(Problem.invalid(
                    path, "it permits every request", "name methods, paths or when; to permit all leave rules out"));
        }
        List<PathPattern> paths = new ArrayList<>();
        for (int i = 0; i < rule.paths().size(); i++) {
            String text = rule.paths().get(i);
            problems.attempt(
                            path + ".paths[" + i + "]",
                            "write /v1/messages, /v1/*/items or /v1/models/**",
                            () -> new PathPattern(text))
                    .ifPresent(paths::add);
        }
        Optional<String> when = Optional.ofNullable(rule.when());
        if (when.filter(String::isBlank).isPresent()) {
            problems.add(Problem.invalid(
                    path + ".when", "it is blank", "write an expression such as request.method == 'GET'"));
            return Optional.empty();
        }
        return problems.attempt(
                path,
                "write methods in upper case, and expressions of at most 2048 characters",
                () -> new RuleConfig(rule.methods(), paths, when));
    }
}
