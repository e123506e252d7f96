package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.AgentSandboxSpec;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Profile;
import dev.sallyport.operator.model.Profile.SettingsFile;
import dev.sallyport.operator.profile.Catalogue;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Finds the profiles that a sandbox names, and whether they agree. */
final class ProfileReader {

    /** The guard takes them by one variable, and the kernel bounds that. */
    private static final int MOST_FILE_BYTES = 32 * 1024;

    private static final String PATH = "spec.agentProfiles";

    private final Catalogue catalogue;
    private final Problems problems;

    /** What is said of a variable or file, by its name; variables that differ in case alone are one. */
    private final Map<String, Statement> statements = new HashMap<>();

    private record Statement(String profile, String text) {}

    ProfileReader(Catalogue catalogue, Problems problems) {
        this.catalogue = catalogue;
        this.problems = problems;
    }

    /** The profiles, without those that have a problem. */
    ChosenProfiles read(List<String> names) {
        SequencedMap<String, Profile> chosen = new LinkedHashMap<>();
        add(AgentSandboxSpec.GENERIC, PATH, chosen);
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals(AgentSandboxSpec.GENERIC)) {
                add(names.get(i), PATH + "[" + i + "]", chosen);
            }
        }
        int bytes = new ChosenProfiles(chosen)
                .distinctFiles().stream()
                        .mapToInt(file -> file.content().template().getBytes(StandardCharsets.UTF_8).length)
                        .sum();
        if (bytes > MOST_FILE_BYTES) {
            problems.add(Problem.invalid(
                    PATH, "their files take more than 32 KiB together", "name only those of agents that run here"));
        }
        return new ChosenProfiles(chosen);
    }

    private void add(String name, String path, SequencedMap<String, Profile> chosen) {
        String wrong = catalogue.unreadable().get(name);
        Profile profile = catalogue.profiles().get(name);
        if (wrong != null) {
            problems.add(Problem.invalid(
                    path,
                    "the platform's profile " + name + " cannot be used: " + wrong,
                    "have the platform correct it, or name others of " + known()));
        } else if (profile == null) {
            problems.add(Problem.notFound(path, "there is no profile " + name, "name some of " + known()));
        } else {
            agree(name, profile, path);
            chosen.putIfAbsent(name, profile);
        }
    }

    private String known() {
        return String.join(", ", catalogue.profiles().keySet());
    }

    private void agree(String name, Profile profile, String path) {
        for (Profile.Variable variable : profile.environment()) {
            variable(variable.name(), "value " + variable.value().template(), name, path);
        }
        baseUrls(profile).forEach((env, paths) -> variable(env, "base URL " + paths, name, path));
        for (Profile.Provider provider : profile.providers()) {
            provider.keys().forEach(key -> variable(key.env(), "key " + key.dummy(), name, path));
        }
        for (SettingsFile file : profile.files()) {
            agree(
                    "/" + file.path(),
                    "file " + file.path(),
                    file.permissions() + " " + file.content().template(),
                    name,
                    path);
            for (int slash = file.path().indexOf('/');
                    slash > 0;
                    slash = file.path().indexOf('/', slash + 1)) {
                String above = file.path().substring(0, slash);
                agree("/" + above, "file " + above, "directory", name, path);
            }
        }
    }

    /** By variable: the paths by host. */
    private static Map<String, Map<String, String>> baseUrls(Profile profile) {
        Map<String, Map<String, String>> paths = new TreeMap<>();
        for (Profile.Provider provider : profile.providers()) {
            provider.baseUrl()
                    .ifPresent(baseUrl -> paths.computeIfAbsent(baseUrl.env(), env -> new TreeMap<>())
                            .put(provider.host(), baseUrl.path().orElse("")));
        }
        return paths;
    }

    private void variable(String variable, String text, String profile, String path) {
        agree(ChosenProfiles.folded(variable), "variable " + variable, text, profile, path);
    }

    /**
     * Notes what a profile says.
     *
     * @param key the same for all that must agree; of a file with a slash in front, which no variable has
     * @param what as it is told of
     */
    private void agree(String key, String what, String text, String profile, String path) {
        Statement before = statements.putIfAbsent(key, new Statement(profile, text));
        if (before != null && !before.text().equals(text)) {
            problems.add(Problem.conflict(
                    path,
                    before.profile().equals(profile)
                            ? "the profile " + profile + " says two things of the " + what
                            : "the profiles " + before.profile() + " and " + profile + " say different things of the "
                                    + what,
                    before.profile().equals(profile)
                            ? "correct the profile"
                            : "leave one of them out, and give its agent a sandbox of its own"));
        }
    }
}
