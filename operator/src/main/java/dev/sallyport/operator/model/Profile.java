package dev.sallyport.operator.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sallyport.contract.json.Require;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What one kind of agent needs around it, as its file says; {@code profile.schema.json} says the same for other readers.
 *
 * @param description one line: which program
 * @param seen what the profile was held against: a version, or where it is documented
 * @param environment variables that every container gets, at most 128
 * @param providers the services that the program talks to, at most 16
 * @param files what is put into the home where it is not there, at most 16
 * @param trustBundles files of the image over which the public roots and the sandbox's authority are mounted, for programs that
 *     read no variable, at most 8
 * @param suggestedRoutes routes for the documentation, each as in {@code spec.routes}; nothing acts on them
 */
public record Profile(
        String description,
        Optional<String> seen,
        List<Variable> environment,
        List<Provider> providers,
        List<SettingsFile> files,
        List<String> trustBundles,
        List<JsonNode> suggestedRoutes) {

    /** Below no directory that is not the image's. */
    private static final Pattern BUNDLE =
            Pattern.compile("(?!/(dev|proc|run|sys|var/run)/)(/(?!\\.\\.?(/|$))[A-Za-z0-9._-]{1,64}){2,8}");

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    public Profile {
        line(Require.present(description, "description"), "description");
        seen = Require.orElse(seen, Optional.empty());
        seen.ifPresent(text -> line(text, "seen"));
        environment = List.copyOf(Require.orElse(environment, List.of()));
        providers = List.copyOf(Require.orElse(providers, List.of()));
        files = List.copyOf(Require.orElse(files, List.of()));
        trustBundles = List.copyOf(Require.orElse(trustBundles, List.of()));
        suggestedRoutes = List.copyOf(Require.orElse(suggestedRoutes, List.of()));
        Require.that(environment.size() <= 128, "environment: more than 128");
        Require.that(providers.size() <= 16, "providers: more than 16");
        Require.that(files.size() <= 16, "files: more than 16");
        Require.that(trustBundles.size() <= 8, "trustBundles: more than 8");
        Require.that(
                trustBundles.stream().allMatch(path -> BUNDLE.matcher(path).matches()),
                "trustBundles: not the whole path of a file of the image");
        unique(trustBundles, "trustBundles: one");
        Require.that(suggestedRoutes.size() <= 16, "suggestedRoutes: more than 16");
        Require.that(
                suggestedRoutes.stream().allMatch(ObjectNode.class::isInstance), "suggestedRoutes: not all are routes");
        unique(environment.stream().map(Variable::name).toList(), "environment: a name");
        unique(files.stream().map(SettingsFile::path).toList(), "files: a path");
    }

    /**
     * A variable of the environment. Where its value comes to nothing it is not set.
     *
     * @param purpose one line for the documentation: who reads it, and for what
     */
    public record Variable(String name, ProfileText value, String purpose) {
        public Variable {
            variable(Require.present(name, "name"), "name");
            Require.that(
                    Require.present(value, "value").template().length() <= 4096, "value: more than 4096 characters");
            line(Require.present(purpose, "purpose"), "purpose");
        }
    }

    /**
     * A service that the program talks to. It is looked for among the routes: the one that names {@code baseUrl.env} in its
     * own {@code baseUrl.env}, else the first that leads to {@code host} and to nothing else.
     *
     * @param host its public name
     * @param baseUrl the variable by which the program finds another address; absent: it has none, and comes by the proxy
     * @param keys variables in which the program expects a credential before it starts to talk, at most 8
     */
    public record Provider(String host, Optional<BaseUrlVariable> baseUrl, List<KeyVariable> keys) {

        private static final Pattern HOST =
                Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+");

        public Provider {
            Require.that(
                    HOST.matcher(Require.present(host, "host")).matches() && host.length() <= 253,
                    "host: not a name in lower case");
            baseUrl = Require.orElse(baseUrl, Optional.empty());
            keys = List.copyOf(Require.orElse(keys, List.of()));
            Require.that(keys.size() <= 8, "keys: more than 8");
            Require.that(baseUrl.isPresent() || !keys.isEmpty(), "keys: neither one nor a baseUrl");
            unique(keys.stream().map(KeyVariable::env).toList(), "keys: an env");
        }
    }

    /**
     * A variable that holds a base URL.
     *
     * @param path what follows the route's own URL, with a slash in front; absent: nothing
     */
    public record BaseUrlVariable(String env, Optional<String> path) {

        private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");

        public BaseUrlVariable {
            variable(Require.present(env, "env"), "env");
            path = Require.orElse(path, Optional.empty());
            Require.that(
                    path.isEmpty()
                            || (path.get().length() <= 128
                                    && PATH.matcher(path.get()).matches()),
                    "path: not a path without a slash at its end");
        }
    }

    /**
     * A variable that holds something in a credential's place, which the proxy takes away.
     *
     * @param credentials kinds of the route's credential with which it is set; at least one
     * @param value what it holds; absent: {@value #DUMMY}
     */
    public record KeyVariable(String env, List<CredentialName> credentials, Optional<String> value) {

        /** Nothing that anybody takes for a key. */
        static final String DUMMY = "sallyport-holds-the-key";

        private static final Pattern VALUE = Pattern.compile("[-._~A-Za-z0-9]{1,256}");

        public KeyVariable {
            variable(Require.present(env, "env"), "env");
            credentials = List.copyOf(Require.present(credentials, "credentials"));
            Require.that(
                    !credentials.isEmpty() && credentials.size() <= 8, "credentials: none, or more than there are");
            unique(credentials, "credentials: one");
            value = Require.orElse(value, Optional.empty());
            Require.that(
                    value.isEmpty() || VALUE.matcher(value.get()).matches(),
                    "value: not 1 to 256 letters, digits and -._~");
        }

        /** What the variable holds. */
        public String dummy() {
            return value.orElse(DUMMY);
        }
    }

    /**
     * A file of the home.
     *
     * @param path below the home, without a slash in front
     * @param content what it holds when it is made; with a name that has no meaning, the file is not made
     * @param mode its permissions, four octal digits; absent: 0600
     */
    public record SettingsFile(String path, ProfileText content, Optional<String> mode) {

        private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._-]{1,64}(/[A-Za-z0-9._-]{1,64}){0,7}");
        private static final Pattern MODE = Pattern.compile("0[4-7][0-7][0-7]");

        public SettingsFile {
            Require.that(
                    PATH.matcher(Require.present(path, "path")).matches()
                            && List.of(path.split("/")).stream()
                                    .noneMatch(name -> name.equals(".") || name.equals("..")),
                    "path: not names joined by slashes, at most 8");
            Require.that(
                    !Require.present(content, "content").refersTo("home"),
                    "content: refers to home, which differs from container to container");
            mode = Require.orElse(mode, Optional.empty());
            Require.that(mode.isEmpty() || MODE.matcher(mode.get()).matches(), "mode: not four octal digits from 0400");
        }

        /** Its permissions, four octal digits. */
        public String permissions() {
            return mode.orElse("0600");
        }
    }

    private static void variable(String name, String field) {
        Require.that(VARIABLE.matcher(name).matches(), field + ": not the name of a variable");
    }

    private static void line(String text, String field) {
        Require.that(
                !text.isBlank() && text.length() <= 256 && text.chars().noneMatch(Character::isISOControl),
                field + ": not one line of at most 256 characters");
    }

    private static void unique(List<?> items, String what) {
        Require.that(items.stream().distinct().count() == items.size(), what + " is there twice");
    }
}
