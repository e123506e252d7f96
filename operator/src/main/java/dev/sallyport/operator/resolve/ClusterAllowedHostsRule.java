package dev.sallyport.operator.resolve;

import dev.sallyport.contract.config.AllowedHosts;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the API server for the one namespace: to watch namespaces takes a right on all of them, to get one does not. A
 * namespace that is not there, or that may not be read, is taken for one that requires it; other failures of the API server are
 * thrown, so that nothing changes until it answers.
 */
public final class ClusterAllowedHostsRule implements AllowedHostsRule {

    private static final Logger log = LoggerFactory.getLogger(ClusterAllowedHostsRule.class);

    private final KubernetesClient client;

    public ClusterAllowedHostsRule(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public AllowedHosts in(String namespace) {
        try {
            Namespace found = client.namespaces().withName(namespace).get();
            return found == null
                    ? AllowedHosts.REQUIRED
                    : AllowedHostsRule.of(found.getMetadata().getAnnotations());
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
            log.atWarn()
                    .addKeyValue("namespace", namespace)
                    .log("namespace not readable, its Secrets must name their hosts");
            return AllowedHosts.REQUIRED;
        }
    }
}
