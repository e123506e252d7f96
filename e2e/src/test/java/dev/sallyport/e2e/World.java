package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The world that the examples go to, under its own names: the cluster's name server says that they are the provider stand-in
 * and a server of these tests.
 */
final class World implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAMESPACE = "world";

    /** Which names each Service goes by. */
    private static final Map<String, List<String>> HOSTS = Map.of(
            "provider.provider.svc.cluster.local",
                    List.of("api.anthropic.com", "api.openai.com", "generativelanguage.googleapis.com"),
            "world.world.svc.cluster.local",
                    List.of(
                            "github.com",
                            "api.github.com",
                            "db.example.com",
                            "npm.packages.example.com",
                            "pypi.packages.example.com",
                            "crates.packages.example.com",
                            "maven.packages.example.com",
                            "debian.packages.example.com"));

    private final Installation installation;
    private final String token = Provider.newKey();
    private final String authority;

    World(Installation installation) {
        this.installation = installation;
        String image = installation.load("clients");
        installation.namespace(NAMESPACE);
        Sandbox.secret(installation, NAMESPACE, "credentials", "by-host", json(credentials()));
        configMap(
                NAMESPACE,
                "world",
                Map.of(
                        "world.py", Sandbox.resource("examples/world.py"),
                        "git_backend.py", Sandbox.resource("upstream/git_backend.py")));
        Tool.Result applied = installation
                .kubectl()
                .attempt(Sandbox.resource("examples/world.yaml").replace("$IMAGE", image), "apply", "-f", "-");
        assertThat(applied.exitCode()).as(applied.output()).isZero();
        installation.kubectl().run("-n", NAMESPACE, "rollout", "status", "deployment/world", "--timeout=120s");
        authority = exec("cat", "/tmp/crt");
        configMap("kube-system", "coredns-custom", Map.of("world.override", names()));
        restartNameServer();
    }

    /** What is good at every host of the world that asks for a credential; the agent must never hold it. */
    String token() {
        return token;
    }

    /** The {@code Authorization} that each host takes; one that is not here takes none. */
    Map<String, String> credentials() {
        String basic = "x-access-token:" + token;
        return Map.of(
                "github.com",
                "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(StandardCharsets.UTF_8)),
                "api.github.com",
                "Bearer " + token,
                "db.example.com",
                "Bearer " + token);
    }

    /** Leaves the authorities of all hosts where sandboxes of a namespace can name them. */
    void publishAuthorities(String namespace) {
        configMap(
                namespace,
                "test-authorities",
                Map.of("ca.crt", authority + installation.provider().authority()));
    }

    /** What arrived at a host, in its order. */
    List<Received> received(String host) {
        return exec("cat", "/tmp/journal")
                .lines()
                .map(Received::parse)
                .filter(request -> request.host().equals(host))
                .toList();
    }

    private static String names() {
        return HOSTS.entrySet().stream()
                .flatMap(service -> service.getValue().stream()
                        .map(host -> "rewrite name exact %s %s answer auto\n".formatted(host, service.getKey())))
                .collect(Collectors.joining());
    }

    /** A ConfigMap that it mounts reaches it at once in a new pod only. */
    private void restartNameServer() {
        installation.kubectl().run("-n", "kube-system", "rollout", "restart", "deployment/coredns");
        installation.kubectl().run("-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=120s");
    }

    private String exec(String... command) {
        String[] arguments = new String[5 + command.length];
        System.arraycopy(new String[] {"-n", NAMESPACE, "exec", "deployment/world", "--"}, 0, arguments, 0, 5);
        System.arraycopy(command, 0, arguments, 5, command.length);
        return installation.kubectl().run(arguments);
    }

    private void configMap(String namespace, String name, Map<String, String> data) {
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

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        installation.kubectl().run("-n", "kube-system", "delete", "configmap", "coredns-custom");
        restartNameServer();
    }
}
