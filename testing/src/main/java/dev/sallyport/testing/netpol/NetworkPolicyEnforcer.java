package dev.sallyport.testing.netpol;

import dev.sallyport.testing.Cluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a cluster's NetworkPolicies into force until it is closed. Between a change and its effect lie some tenths of a second;
 * who tests for the effect waits for it.
 */
public final class NetworkPolicyEnforcer implements Enforcement {

    private static final Logger log = LoggerFactory.getLogger(NetworkPolicyEnforcer.class);

    private static final String FILE = "/tmp/netpol.nft";
    private static final int TRIES = 5;

    private final Cluster cluster;
    private final List<String> ranges;
    private final Semaphore changes = new Semaphore(0);
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<Namespace> namespaces;
    private final SharedIndexInformer<NetworkPolicy> policies;
    private final Thread thread;
    private String loaded = "";
    private volatile boolean closed;

    private NetworkPolicyEnforcer(Cluster cluster) {
        KubernetesClient client = cluster.client();
        this.cluster = cluster;
        this.ranges = client.nodes().list().getItems().stream()
                .flatMap((Node node) -> node.getSpec().getPodCIDRs().stream())
                .toList();
        this.pods = client.pods().inAnyNamespace().inform(new Changes<>());
        this.namespaces = client.namespaces().inform(new Changes<>());
        this.policies = client.network().v1().networkPolicies().inAnyNamespace().inform(new Changes<>());
        load();
        this.thread = Thread.ofPlatform().daemon().name("network-policies").start(this::follow);
    }

    /**
     * Enforces from now on, unless the cluster does so by itself; the policies that there are are in force when this returns.
     *
     * @throws IllegalStateException if the node does not take the table
     */
    public static Enforcement start(Cluster cluster) {
        return cluster.enforcesNetworkPolicies() ? () -> {} : new NetworkPolicyEnforcer(cluster);
    }

    private void follow() {
        try {
            while (!closed) {
                changes.acquire();
                // A burst makes one table.
                int _ = changes.drainPermits();
                if (!closed) {
                    load();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void load() {
        String table = PolicyTable.render(
                pods.getStore().list(),
                namespaces.getStore().list(),
                policies.getStore().list(),
                ranges);
        if (table.equals(loaded)) {
            return;
        }
        String problem = "";
        for (int i = 0; i < TRIES; i++) {
            cluster.copyToNode(table, FILE);
            Cluster.Output output = cluster.onNode("nft", "-f", FILE);
            if (output.exitCode() == 0) {
                loaded = table;
                return;
            }
            problem = output.err();
        }
        // The old table stays, which is shut to what it does not know.
        log.atError().addKeyValue("problem", problem).log("The node does not take the policies");
        throw new IllegalStateException("the node does not take the policies: " + problem);
    }

    /** Ends, and takes the rules away. */
    @Override
    public void close() {
        pods.close();
        namespaces.close();
        policies.close();
        closed = true;
        changes.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cluster.onNode("nft", "delete", "table", "inet", PolicyTable.NAME);
    }

    private final class Changes<T extends HasMetadata> implements ResourceEventHandler<T> {

        @Override
        public void onAdd(T object) {
            changes.release();
        }

        @Override
        public void onUpdate(T before, T after) {
            changes.release();
        }

        @Override
        public void onDelete(T object, boolean finalStateUnknown) {
            changes.release();
        }
    }
}
