package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** The provider stand-in on the cluster: an HTTPS service that takes two keys, and remembers what it saw. */
final class Provider {

    private static final String NAMESPACE = "provider";
    private static final String CONTROL = "/api/v1/namespaces/provider/services/provider:control/proxy";
    private static final String JOURNAL = CONTROL + "/_journal";
    private static final String FAULTS = CONTROL + "/_faults";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;
    private final List<String> keys;
    private final Map<String, String> others;
    private final String authority;

    private Provider(KubernetesClient client, List<String> keys, Map<String, String> others, String authority) {
        this.client = client;
        this.keys = keys;
        this.others = others;
        this.authority = authority;
    }

    static Provider deploy(Installation installation, String image) {
        List<String> keys = List.of(newKey(), newKey());
        Map<String, String> others = Map.of("anthropic-token", newKey(), "openai", newKey(), "gemini", newKey());
        String manifest = Sandbox.resource("provider/provider.yaml")
                .replace("$IMAGE", image)
                .replace("$KEY_1", keys.get(0))
                .replace("$KEY_2", keys.get(1));
        for (Map.Entry<String, String> other : others.entrySet()) {
            manifest = manifest.replace("$KEY_" + other.getKey(), other.getValue());
        }
        Tool.Result applied = installation.kubectl().attempt(manifest, "apply", "-f", "-");
        if (applied.exitCode() != 0) {
            throw new AssertionError(applied.output());
        }
        installation.kubectl().run("-n", NAMESPACE, "rollout", "status", "deployment/provider", "--timeout=120s");
        String authority = installation
                .kubectl()
                .run("-n", NAMESPACE, "exec", "deployment/provider", "--", "cat", "/authority/ca.crt");
        return new Provider(installation.client(), keys, others, authority);
    }

    /** The keys that it takes: two, so that one can be rotated to the other. Of the form that the search looks for. */
    String key(int number) {
        return keys.get(number - 1);
    }

    /** The one of another of its APIs, or of another kind: {@code anthropic-token}, {@code openai}, {@code gemini}. */
    String key(String label) {
        return Objects.requireNonNull(others.get(label), label);
    }

    /** The certificate of its authority, PEM. */
    String authority() {
        return authority;
    }

    /** Puts its certificate authority where sandboxes of a namespace can name it. */
    void publishAuthority(String namespace) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("provider-authority")
                        .withNamespace(namespace)
                        .endMetadata()
                        .addToData("ca.crt", authority)
                        .build())
                .create();
    }

    /** What number of request came last: what {@link #requestsAfter} starts from. */
    long lastSequence() {
        return page(Long.MAX_VALUE - 1).get("lastSequence").asLong();
    }

    /** All requests after that one, oldest first. */
    List<JsonNode> requestsAfter(long sequence) {
        return StreamSupport.stream(page(sequence).get("requests").spliterator(), false)
                .toList();
    }

    /** What each request after that one presented, oldest first: there are some, and each presented one credential. */
    List<JsonNode> credentialsAfter(long sequence) {
        List<JsonNode> requests = requestsAfter(sequence);
        assertThat(requests)
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.get("credentials")).hasSize(1));
        return requests.stream().map(request -> request.at("/credentials/0")).toList();
    }

    /** The requests after that one, once there are so many and all have ended. */
    List<JsonNode> awaitRequestsAfter(long sequence, int count) {
        return await(count + " requests at the provider")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> requestsAfter(sequence),
                        seen -> seen.size() >= count
                                && seen.stream().allMatch(request -> request.hasNonNull("endedAt")));
    }

    /** Lets the next request with a real key, of a path and with a text in its body, fail. */
    void failNext(String fault, String path, String containing) {
        client.raw(
                FAULTS + "?fault=" + encoded(fault) + "&path=" + encoded(path) + "&containing=" + encoded(containing),
                "POST",
                "");
    }

    /** Takes back all that is still to fail. */
    void failNoMore() {
        client.raw(FAULTS, "DELETE", "");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private JsonNode page(long since) {
        try {
            return JSON.readTree(Objects.requireNonNull(client.raw(JOURNAL + "?since=" + since)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A key that nothing else has, of the form that the search looks for. */
    static String newKey() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        return "sk-ant-real-" + HexFormat.of().formatHex(random);
    }
}
