package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Asks the API server for one ConfigMap at a time: the operator keeps no copy of ConfigMaps that are not its own. */
public final class ClusterConfigMapValues implements ConfigMapValues {

    private final KubernetesClient client;

    public ClusterConfigMapValues(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public Reference find(String namespace, ConfigMapKeySelector selector) {
        ConfigMap found = client.configMaps()
                .inNamespace(namespace)
                .withName(selector.name())
                .get();
        if (found == null) {
            return new Reference.NotFound("there is no ConfigMap " + selector.name() + " in the namespace");
        }
        String value = found.getData() == null ? null : found.getData().get(selector.key());
        return value == null
                ? new Reference.NotFound("the ConfigMap " + selector.name() + " has no key " + selector.key())
                : new Reference.Found(value);
    }
}
