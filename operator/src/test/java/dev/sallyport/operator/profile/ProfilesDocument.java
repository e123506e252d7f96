package dev.sallyport.operator.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.operator.model.Profile;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Objects;
import java.util.stream.Collectors;

/** What the profiles set, for {@code docs/profiles.md}. */
final class ProfilesDocument {

    private ProfilesDocument() {}

    /** A section for each. */
    static String of(Catalogue catalogue) {
        StringBuilder text = new StringBuilder();
        for (String name : BuiltInProfiles.NAMES) {
            Profile profile = Objects.requireNonNull(catalogue.profiles().get(name));
            text.append("### `")
                    .append(name)
                    .append("`\n\n")
                    .append(intro(profile))
                    .append("\n\n");
            environment(profile, text);
            providers(profile, text);
            files(profile, text);
            trustBundles(profile, text);
            routes(profile, text);
        }
        return text.toString().stripTrailing() + "\n";
    }

    private static String intro(Profile profile) {
        String description = Character.toUpperCase(profile.description().charAt(0))
                + profile.description().substring(1) + ".";
        return profile.seen()
                .map(seen -> description + " Held against " + seen + ".")
                .orElse(description);
    }

    private static void environment(Profile profile, StringBuilder text) {
        if (profile.environment().isEmpty()) {
            return;
        }
        text.append("| variable | value | what for |\n|---|---|---|\n");
        for (Profile.Variable variable : profile.environment()) {
            text.append("| `%s` | `%s` | %s |\n"
                    .formatted(variable.name(), variable.value().template().replace("|", "\\|"), variable.purpose()));
        }
        text.append('\n');
    }

    private static void providers(Profile profile, StringBuilder text) {
        if (profile.providers().isEmpty()) {
            return;
        }
        text.append("| provider | base URL | in a credential's place |\n|---|---|---|\n");
        for (Profile.Provider provider : profile.providers()) {
            String baseUrl = provider.baseUrl()
                    .map(variable -> "`" + variable.env() + "`"
                            + variable.path()
                                    .map(path -> ", with `" + path + "`")
                                    .orElse(""))
                    .orElse("none: by the proxy");
            String keys = provider.keys().stream()
                    .map(key -> "`" + key.env() + "` for "
                            + key.credentials().stream()
                                    .map(kind -> "`" + spelled(kind) + "`")
                                    .collect(Collectors.joining(" or ")))
                    .collect(Collectors.joining("; "));
            text.append("| `%s` | %s | %s |\n".formatted(provider.host(), baseUrl, keys));
        }
        text.append('\n');
    }

    private static String spelled(Object constant) {
        return new ObjectMapper().valueToTree(constant).asText();
    }

    private static void files(Profile profile, StringBuilder text) {
        for (Profile.SettingsFile file : profile.files()) {
            text.append("`~/%s`:\n\n```\n%s\n```\n\n"
                    .formatted(file.path(), file.content().template().stripTrailing()));
        }
    }

    private static void trustBundles(Profile profile, StringBuilder text) {
        if (!profile.trustBundles().isEmpty()) {
            text.append("The public roots and the sandbox's authority stand in the place of ")
                    .append(profile.trustBundles().stream()
                            .map(path -> "`" + path + "`")
                            .collect(Collectors.joining(", ")))
                    .append(".\n\n");
        }
    }

    private static void routes(Profile profile, StringBuilder text) {
        boolean several = profile.suggestedRoutes().stream()
                        .map(route -> route.path("name").asText())
                        .distinct()
                        .count()
                < profile.suggestedRoutes().size();
        for (JsonNode route : profile.suggestedRoutes()) {
            text.append(several ? "One of the routes:\n\n" : "A route:\n\n")
                    .append("```yaml\n")
                    .append(yaml(route))
                    .append("```\n\n");
        }
    }

    private static String yaml(JsonNode route) {
        return Serialization.asYaml(route).replaceFirst("^---\n", "").replaceAll("\"([A-Za-z][-A-Za-z0-9._]*)\"", "$1");
    }
}
