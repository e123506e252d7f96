package dev.sallyport.operator.status.proxy;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one Secret that the operator reads: its own keys, in its own namespace. */
public final class SigningKeySecret {

    private static final Logger log = LoggerFactory.getLogger(SigningKeySecret.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;

    public SigningKeySecret(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
    }

    /**
     * Reads the keys, or makes them where there are none yet. Of two replicas that do so at once, one wins and both use
     * its keys.
     *
     * @throws IllegalArgumentException if the Secret is there and holds something else: keys are never replaced silently
     */
    public OperatorKeys readOrCreate() {
        Secret found = read();
        if (found == null) {
            OperatorKeys keys = OperatorKeys.generate();
            try {
                create(keys);
                log.atInfo().addKeyValue("secret", name).log("signing key created");
                return keys;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                found = read();
            }
        }
        Map<String, String> data = found == null ? null : found.getData();
        return OperatorKeys.decode(data == null ? Map.of() : data);
    }

    private @org.jspecify.annotations.Nullable Secret read() {
        return client.secrets().inNamespace(namespace).withName(name).get();
    }

    private void create(OperatorKeys keys) {
        client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .addToLabels("app.kubernetes.io/name", "sallyport")
                        .addToLabels("app.kubernetes.io/component", "operator")
                        .endMetadata()
                        .withType("Opaque")
                        .withData(keys.encoded())
                        .build())
                .create();
    }
}
