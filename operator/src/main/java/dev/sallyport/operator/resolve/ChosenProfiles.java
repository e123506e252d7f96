package dev.sallyport.operator.resolve;

import dev.sallyport.operator.model.Profile;
import dev.sallyport.operator.model.Profile.BaseUrlVariable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The profiles of one sandbox.
 *
 * @param profiles by name, in the order in which they are applied; {@code Generic} first
 */
record ChosenProfiles(SequencedMap<String, Profile> profiles) {

    List<String> names() {
        return List.copyOf(profiles.keySet());
    }

    /** Whether every container gets this variable from them, in whatever case: tools differ in which they read first. */
    boolean set(String name) {
        return variables().anyMatch(variable -> variable.name().equalsIgnoreCase(name));
    }

    /** Each variable once, by its exact name. */
    List<Profile.Variable> distinctVariables() {
        return List.copyOf(variables()
                .collect(Collectors.toMap(
                        Profile.Variable::name, variable -> variable, (first, again) -> first, LinkedHashMap::new))
                .values());
    }

    /** Each file once. */
    List<Profile.SettingsFile> distinctFiles() {
        return List.copyOf(profiles.values().stream()
                .flatMap(profile -> profile.files().stream())
                .collect(Collectors.toMap(
                        Profile.SettingsFile::path, file -> file, (first, again) -> first, LinkedHashMap::new))
                .values());
    }

    List<String> trustBundles() {
        return profiles.values().stream()
                .flatMap(profile -> profile.trustBundles().stream())
                .distinct()
                .sorted()
                .toList();
    }

    Stream<Profile.Provider> providers() {
        return profiles.values().stream().flatMap(profile -> profile.providers().stream());
    }

    /**
     * The path that follows a route's URL in a variable that the route names.
     *
     * @param hosts the route's: of several providers with this variable the one that it leads to is meant, else the first
     */
    Optional<String> path(String env, Set<String> hosts) {
        List<Profile.Provider> named = providers()
                .filter(provider -> provider.baseUrl()
                        .filter(baseUrl -> baseUrl.env().equals(env))
                        .isPresent())
                .toList();
        return named.stream()
                .filter(provider -> hosts.contains(provider.host()))
                .findFirst()
                .or(() -> named.stream().findFirst())
                .flatMap(Profile.Provider::baseUrl)
                .flatMap(BaseUrlVariable::path);
    }

    private Stream<Profile.Variable> variables() {
        return profiles.values().stream().flatMap(profile -> profile.environment().stream());
    }

    static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
