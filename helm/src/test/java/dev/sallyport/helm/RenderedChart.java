package dev.sallyport.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the chart gives for some values.
 *
 * @param objects all that it renders, without the custom resource definition
 */
record RenderedChart(List<GenericKubernetesResource> objects) {

    static final Path CHART = Path.of("sallyport");

    private static final Pattern DOCUMENT_START = Pattern.compile("(?m)^---$");

    /**
     * Renders with these values, each a path with dots and its value in YAML, as a values file has them.
     *
     * @throws IllegalStateException if the values' schema or a template refuses them
     */
    static RenderedChart with(Map<String, String> values) {
        return on("1.36.0", values);
    }

    /** The same for a cluster of this version of Kubernetes. */
    static RenderedChart on(String kubernetes, Map<String, String> values) {
        String manifests = new Helm(CHART)
                .template()
                .withName("sallyport")
                .withNamespace("sallyport-system")
                .withKubeVersion(kubernetes)
                .withValuesFile(file(values))
                .call();
        return new RenderedChart(DOCUMENT_START
                .splitAsStream(manifests)
                .filter(document -> !document.isBlank())
                .map(document -> Serialization.unmarshal(document, GenericKubernetesResource.class))
                .toList());
    }

    private static Path file(Map<String, String> values) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        values.forEach((path, yaml) -> {
            int dot = path.lastIndexOf('.');
            ObjectNode parent = dot < 0
                    ? tree
                    : tree.withObject("/" + path.substring(0, dot).replace('.', '/'));
            parent.set(
                    path.substring(dot + 1),
                    Serialization.unmarshal("value: " + yaml, JsonNode.class).get("value"));
        });
        try {
            Path file = Files.createTempFile("values", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, tree.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All objects of a kind. */
    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream()
                .filter(object -> object.getKind().equals(HasMetadata.getKind(type)))
                .map(object -> Serialization.unmarshal(Serialization.asJson(object), type))
                .toList();
    }

    /** The only object of a kind. */
    <T extends HasMetadata> T only(Class<T> type) {
        List<T> all = all(type);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }
}
