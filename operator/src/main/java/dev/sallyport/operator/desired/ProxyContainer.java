package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.KeyToPathBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The proxy: as a native sidecar, an init container that stays, the first of all, so that its runtime starts while the guard
 * works; or as the only container of a pod of its own.
 */
final class ProxyContainer {

    private static final String CONFIG_DIRECTORY = "/etc/sallyport/config";
    private static final String CREDENTIALS_DIRECTORY = "/etc/sallyport/credentials";
    private static final String STATE_DIRECTORY = "/run/sallyport";
    private static final String TRUST_DIRECTORY = "/run/sallyport-trust";

    private static final String START_DIRECTORY = "/run/sallyport-start";

    /** Made by the proxy once it takes requests, which the guard beside it waits for. */
    static final String READY_FILE = START_DIRECTORY + "/ready";

    /** Where a container sees the guard's mark: it is the network's own, and gone with it. */
    private static final String FENCE_FILE = "/sys/class/net/lo/ifalias";

    /**
     * Read by all: kubelet makes these files root's, and gives a projected Secret to another user only by {@code fsGroup},
     * which would reach into the agent's volumes. Who mounts the volume decides who reads, and that is the proxy alone.
     */
    private static final int READABLE = 0444;

    /** Until its port is open, for which the guard's image may have to be fetched first: kubelet must not kill it meanwhile. */
    private static final int START_SECONDS = 300;

    private ProxyContainer() {}

    /**
     * In the agent's pod.
     *
     * @param bytes how long its final report may be
     */
    static Container sidecar(Sandbox sandbox, String bytes, Platform platform) {
        return new ContainerBuilder(of(sandbox, platform))
                .withRestartPolicy("Always")
                .addToEnv(
                        env("SALLYPORT_TRUST", TRUST_DIRECTORY),
                        env("SALLYPORT_FENCE", FENCE_FILE),
                        env("SALLYPORT_READY", READY_FILE),
                        env("SALLYPORT_TERMINATION_BYTES", bytes))
                .addToVolumeMounts(mount(Names.TRUST_VOLUME, TRUST_DIRECTORY, false), startMount())
                .editLivenessProbe()
                .withInitialDelaySeconds(START_SECONDS)
                .endLivenessProbe()
                .build();
    }

    /** In a pod of its own, where the agent reaches it from outside. */
    static Container paired(Sandbox sandbox, Platform platform) {
        return new ContainerBuilder(of(sandbox, platform))
                .addToEnv(env("SALLYPORT_BIND", "0.0.0.0"))
                .addNewPort()
                .withName(SandboxService.PORT)
                .withContainerPort(Names.DATA_PORT)
                .withProtocol("TCP")
                .endPort()
                .build();
    }

    private static Container of(Sandbox sandbox, Platform platform) {
        return new ContainerBuilder()
                .withName(Names.PROXY_CONTAINER)
                .withImage(platform.proxyImage())
                .withImagePullPolicy(platform.proxyPullPolicy())
                .withEnv(
                        env("SALLYPORT_CONFIG", CONFIG_DIRECTORY + "/" + Names.CONFIG_KEY),
                        env("SALLYPORT_CREDENTIALS", CREDENTIALS_DIRECTORY),
                        env("SALLYPORT_STATE", STATE_DIRECTORY),
                        env("SALLYPORT_PORT", Integer.toString(Names.DATA_PORT)),
                        env("SALLYPORT_ADMIN_PORT", Integer.toString(Names.ADMIN_PORT)))
                .addNewPort()
                .withName("sallyport-admin")
                .withContainerPort(Names.ADMIN_PORT)
                .withProtocol("TCP")
                .endPort()
                .withResources(sandbox.proxyResources().orElse(platform.proxyResources()))
                .withSecurityContext(Confinement.of(Names.PROXY_UID, Names.PROXY_UID))
                .withVolumeMounts(
                        mount(Names.CONFIG_VOLUME, CONFIG_DIRECTORY, true),
                        mount(Names.CREDENTIALS_VOLUME, CREDENTIALS_DIRECTORY, true),
                        mount(Names.STATE_VOLUME, STATE_DIRECTORY, false),
                        resolver())
                .withLivenessProbe(probe("/livez", 10, 6))
                .withReadinessProbe(probe("/readyz", 2, 5))
                .withTerminationMessagePath("/dev/termination-log")
                .withTerminationMessagePolicy("File")
                .build();
    }

    /** Its own, and of nobody else. */
    static List<Volume> volumes(Sandbox sandbox) {
        return List.of(
                new VolumeBuilder()
                        .withName(Names.CONFIG_VOLUME)
                        .withNewConfigMap()
                        .withName(Names.owned(sandbox.id().name()))
                        .withDefaultMode(READABLE)
                        .endConfigMap()
                        .build(),
                new VolumeBuilder()
                        .withName(Names.CREDENTIALS_VOLUME)
                        .withNewProjected()
                        .withDefaultMode(READABLE)
                        .withSources(credentials(sandbox))
                        .endProjected()
                        .build(),
                memory(Names.STATE_VOLUME, "64Mi"));
    }

    /** What the agent trusts: written by the proxy beside it, or fetched from a proxy elsewhere. */
    static Volume trustVolume() {
        return memory(Names.TRUST_VOLUME, "8Mi");
    }

    /** Where the proxy beside the agent tells the guard that it takes requests; no agent mounts it. */
    static Volume startVolume() {
        return memory(Names.START_VOLUME, "1Mi");
    }

    /** On no disk, and there as long as the pod: what is in it survives a restart of the proxy. */
    private static Volume memory(String name, String most) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withMedium("Memory")
                .withSizeLimit(new Quantity(most))
                .endEmptyDir()
                .build();
    }

    /** Optional, each and every key: the proxy tells what is missing, kubelet would only wait. */
    private static List<VolumeProjection> credentials(Sandbox sandbox) {
        List<VolumeProjection> sources = new ArrayList<>();
        sandbox.credentialKeys()
                .forEach((secret, keys) -> sources.add(new VolumeProjectionBuilder()
                        .withNewSecret()
                        .withName(secret)
                        .withOptional(true)
                        .withItems(items(secret, keys))
                        .endSecret()
                        .build()));
        return sources;
    }

    private static List<KeyToPath> items(String secret, SortedSet<String> keys) {
        SortedSet<String> all = new TreeSet<>(keys);
        all.add(Names.ALLOWED_HOSTS_KEY);
        return all.stream()
                .map(key -> new KeyToPathBuilder()
                        .withKey(key)
                        .withPath(secret + "/" + key)
                        .build())
                .toList();
    }

    /** Of the proxy and of the guard beside it. */
    static VolumeMount startMount() {
        return mount(Names.START_VOLUME, START_DIRECTORY, false);
    }

    private static EnvVar env(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static VolumeMount mount(String name, String path, boolean readOnly) {
        VolumeMountBuilder mount = new VolumeMountBuilder().withName(name).withMountPath(path);
        return readOnly ? mount.withReadOnly(true).build() : mount.build();
    }

    /** Over the pod's own, which names nobody: the container runtime leaves a mounted one alone. */
    private static VolumeMount resolver() {
        return new VolumeMountBuilder()
                .withName(Names.CONFIG_VOLUME)
                .withMountPath("/etc/resolv.conf")
                .withSubPath(Names.RESOLVER_KEY)
                .withReadOnly(true)
                .build();
    }

    private static Probe probe(String path, int periodSeconds, int failureThreshold) {
        return new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withNewPort(Names.ADMIN_PORT)
                .endHttpGet()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failureThreshold)
                .build();
    }
}
