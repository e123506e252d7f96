package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.Route;
import dev.sallyport.operator.model.Problem;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The variables that a sandbox's routes ask for in the agent's containers. One variable has one use. */
final class AgentVariables {

    /** A name that a shell can use too. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    private final String sandboxUid;
    private final ChosenProfiles profiles;
    private final PlaceholderTokens tokens;
    private final Problems problems;
    private final SortedMap<String, String> baseUrls = new TreeMap<>();
    private final SortedMap<String, String> completed = new TreeMap<>();
    private final SortedMap<String, String> placeholders = new TreeMap<>();

    AgentVariables(String sandboxUid, ChosenProfiles profiles, PlaceholderTokens tokens, Problems problems) {
        this.sandboxUid = sandboxUid;
        this.profiles = profiles;
        this.tokens = tokens;
        this.problems = problems;
    }

    /** What follows the proxy's address, by variable, as the routes say it. */
    SortedMap<String, String> baseUrls() {
        return baseUrls;
    }

    /** The same for those to which a profile adds a path, since their routes have none. */
    SortedMap<String, String> completed() {
        return completed;
    }

    /** Whether a route names the variable. */
    boolean isTaken(String env) {
        return baseUrls.containsKey(env) || placeholders.containsKey(env);
    }

    /** Tokens by variable. */
    SortedMap<String, String> placeholders() {
        return placeholders;
    }

    /**
     * Gives a variable to a base URL.
     *
     * @param suffix what follows the route's URL; empty: what a profile says
     * @param path the field that asks for it
     */
    void baseUrl(String env, Route route, Optional<String> suffix, String path) {
        check(env, path);
        String name = "/" + route.name();
        if (placeholders.containsKey(env)) {
            problems.add(twoUses(env, path));
        } else if (baseUrls.putIfAbsent(env, name + suffix.orElse("")) != null) {
            problems.add(Problem.conflict(
                    path, "another route sets the variable " + env, "give each route its own variable"));
        } else if (suffix.isEmpty()) {
            profiles.path(env, Set.copyOf(route.hosts())).ifPresent(added -> completed.put(env, name + added));
        }
    }

    /**
     * Gives a variable to a placeholder, which all routes that name it share.
     *
     * @param path the field that asks for it
     * @return the token
     */
    String placeholder(String env, String path) {
        check(env, path);
        if (baseUrls.containsKey(env)) {
            problems.add(twoUses(env, path));
        }
        return placeholders.computeIfAbsent(env, name -> tokens.token(sandboxUid, name));
    }

    private void check(String env, String path) {
        if (!NAME.matcher(env).matches()) {
            problems.add(Problem.invalid(
                    path, "not the name of a variable", "write letters, digits and _, at most 128, no digit first"));
        } else if (profiles.set(env)) {
            problems.add(Problem.conflict(
                    path, "every container of the agent gets " + env + " from Sallyport", "name another variable"));
        }
    }

    private static Problem twoUses(String env, String path) {
        return Problem.conflict(
                path,
                "the variable " + env + " would hold a placeholder and a base URL",
                "give the placeholder a variable of its own");
    }
}
