package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The web that real clients are tried against: hosts of one server on the cluster, each with a token of its own. */
final class Upstream {

    static final List<String> SITES =
            List.of("api", "index", "registry", "git", "debian", "cargo", "go", "maven", "grpc");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Installation installation;
    private final String namespace;
    private final Map<String, String> tokens = new TreeMap<>();

    private Upstream(Installation installation, String namespace) {
        this.installation = installation;
        this.namespace = namespace;
        SITES.forEach(site -> tokens.put(site, Provider.newKey()));
    }

    /** Starts it, and leaves its authority in the namespace's ConfigMap {@code upstream-authority}. */
    static Upstream deploy(Installation installation, Sandbox sandbox, String namespace, String image) {
        Upstream upstream = new Upstream(installation, namespace);
        Map<String, String> authorizations = new TreeMap<>();
        SITES.forEach(site -> authorizations.put(site, upstream.authorization(site)));
        try {
            sandbox.secret("credentials", "by-host", JSON.writeValueAsString(authorizations));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        upstream.tokens.forEach((site, token) -> sandbox.secret(site, "token", token));
        upstream.configMap(
                "upstream",
                Map.of(
                        "upstream.py", Sandbox.resource("upstream/upstream.py"),
                        "git_backend.py", Sandbox.resource("upstream/git_backend.py")));
        Tool.Result applied = installation
                .kubectl()
                .attempt(
                        Sandbox.resource("upstream/upstream.yaml")
                                .replace("$IMAGE", image)
                                .replace("$NAMESPACE", namespace),
                        "-n",
                        namespace,
                        "apply",
                        "-f",
                        "-");
        assertThat(applied.exitCode()).as(applied.output()).isZero();
        installation.kubectl().run("-n", namespace, "rollout", "status", "deployment/upstream", "--timeout=120s");
        upstream.configMap("upstream-authority", Map.of("ca.crt", upstream.exec("cat", "/tmp/crt")));
        return upstream;
    }

    /** The domain of its hosts, each of which is named after a site. */
    String domain() {
        return namespace + ".svc.cluster.local";
    }

    /** What the agent must never hold. */
    Iterable<String> tokens() {
        return tokens.values();
    }

    /** The {@code Authorization} that it takes. */
    String authorization(String site) {
        String token = String.valueOf(tokens.get(site));
        return switch (site) {
            case "api", "registry", "grpc" -> "Bearer " + token;
            default ->
                "Basic " + Base64.getEncoder().encodeToString(("agent:" + token).getBytes(StandardCharsets.UTF_8));
        };
    }

    /** What arrived whose target contains this, in its order. */
    List<Received> received(String inTarget) {
        return exec("sh", "-c", "grep -F -- \"$0\" /tmp/journal || true", inTarget)
                .lines()
                .map(Received::parse)
                .toList();
    }

    private String exec(String... command) {
        List<String> arguments = new ArrayList<>(List.of("-n", namespace, "exec", "deployment/upstream", "--"));
        arguments.addAll(List.of(command));
        return installation.kubectl().run(arguments.toArray(String[]::new));
    }

    private void configMap(String name, Map<String, String> data) {
        installation
                .client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withData(data)
                        .build())
                .create();
    }
}
