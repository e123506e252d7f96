package dev.sallyport.operator.resolve;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.fabric8.kubernetes.api.model.VolumeDevice;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds in one container of the template what would undo the isolation. */
final class ContainerCheck {

    private final Container container;
    private final String path;
    private final SecretCheck secrets;
    private final Set<String> placeholders;
    private final Problems problems;

    ContainerCheck(Container container, String path, SecretCheck secrets, Set<String> placeholders, Problems problems) {
        this.container = container;
        this.path = path;
        this.secrets = secrets;
        this.placeholders = placeholders;
        this.problems = problems;
    }

    void check() {
        name();
        securityContext(container.getSecurityContext());
        ports();
        env();
        mounts();
        probe(container.getStartupProbe(), path + ".startupProbe");
        probe(container.getLivenessProbe(), path + ".livenessProbe");
        probe(container.getReadinessProbe(), path + ".readinessProbe");
        Lifecycle lifecycle = container.getLifecycle();
        if (lifecycle != null) {
            handler(lifecycle.getPostStart(), path + ".lifecycle.postStart");
            handler(lifecycle.getPreStop(), path + ".lifecycle.preStop");
        }
    }

    private void name() {
        String name = container.getName();
        if (Set.of(Names.PROXY_CONTAINER, Names.GUARD_CONTAINER, Names.TRUST_CONTAINER)
                .contains(String.valueOf(name))) {
            problems.add(Problem.conflict(path + ".name", name + " is a container of Sallyport's", "rename it"));
        }
    }

    private void securityContext(@Nullable SecurityContext context) {
        if (context == null) {
            return;
        }
        SecuritySettings settings = new SecuritySettings(path + ".securityContext", problems);
        settings.user(context.getRunAsUser(), context.getRunAsNonRoot());
        settings.seccomp(context.getSeccompProfile());
        settings.appArmor(context.getAppArmorProfile());
        settings.seLinux(context.getSeLinuxOptions());
        if (context.getWindowsOptions() != null) {
            settings.windows();
        }
        if (Boolean.TRUE.equals(context.getPrivileged())) {
            settings.refuse("privileged", "a privileged container is not contained", "remove it");
        }
        if (Boolean.TRUE.equals(context.getAllowPrivilegeEscalation())) {
            settings.refuse(
                    "allowPrivilegeEscalation", "a set-user-ID file could make the agent the proxy", "remove it");
        }
        if (context.getCapabilities() != null
                && context.getCapabilities().getAdd() != null
                && !context.getCapabilities().getAdd().isEmpty()) {
            settings.refuse("capabilities.add", "the agent runs without capabilities", "remove it");
        }
        if (context.getProcMount() != null && !context.getProcMount().equals("Default")) {
            settings.refuse("procMount", "it shows what the runtime masks in /proc", "remove it");
        }
    }

    private void ports() {
        List<ContainerPort> ports = container.getPorts() == null ? List.of() : container.getPorts();
        for (int i = 0; i < ports.size(); i++) {
            ContainerPort port = ports.get(i);
            String at = path + ".ports[" + i + "]";
            if (port.getHostPort() != null && port.getHostPort() != 0) {
                problems.add(Problem.isolation(
                        at + ".hostPort", "the agent would be reached through the node", "remove it"));
            }
            if (port.getProtocol() != null && !port.getProtocol().equals("TCP")) {
                problems.add(Problem.isolation(
                        at + ".protocol",
                        "only TCP comes in: an answer without a connection could go anywhere",
                        "serve it over TCP, or remove the port"));
            }
            if (port.getContainerPort() != null && isReserved(port.getContainerPort())) {
                problems.add(reservedPort(at + ".containerPort", port.getContainerPort()));
            }
        }
    }

    private void env() {
        List<EnvVar> env = container.getEnv() == null ? List.of() : container.getEnv();
        for (int i = 0; i < env.size(); i++) {
            String name = env.get(i).getName();
            if (placeholders.contains(name)) {
                problems.add(Problem.conflict(
                        path + ".env[" + i + "]",
                        "a route's credential.placeholder gives every container the variable " + name,
                        "remove it, or name another variable in the placeholder"));
            }
            EnvVarSource source = env.get(i).getValueFrom();
            if (source == null) {
                continue;
            }
            String at = path + ".env[" + i + "].valueFrom";
            if (source.getSecretKeyRef() != null) {
                secrets.check(source.getSecretKeyRef().getName(), at + ".secretKeyRef");
            }
            if (source.getConfigMapKeyRef() != null) {
                proxyConfig(source.getConfigMapKeyRef().getName(), at + ".configMapKeyRef");
            }
        }
        List<EnvFromSource> envFrom = container.getEnvFrom() == null ? List.of() : container.getEnvFrom();
        for (int i = 0; i < envFrom.size(); i++) {
            String at = path + ".envFrom[" + i + "]";
            if (envFrom.get(i).getSecretRef() != null) {
                secrets.check(envFrom.get(i).getSecretRef().getName(), at + ".secretRef");
            }
            if (envFrom.get(i).getConfigMapRef() != null) {
                proxyConfig(envFrom.get(i).getConfigMapRef().getName(), at + ".configMapRef");
            }
        }
    }

    private void proxyConfig(@Nullable String configMap, String at) {
        if (configMap != null && Names.isOwned(configMap)) {
            problems.add(VolumeCheck.proxyConfig(at, configMap));
        }
    }

    private void mounts() {
        List<VolumeMount> mounts = container.getVolumeMounts() == null ? List.of() : container.getVolumeMounts();
        for (int i = 0; i < mounts.size(); i++) {
            String at = path + ".volumeMounts[" + i + "]";
            reservedVolume(mounts.get(i).getName(), at + ".name");
            reservedPath(mounts.get(i).getMountPath(), at + ".mountPath");
        }
        List<VolumeDevice> devices = container.getVolumeDevices() == null ? List.of() : container.getVolumeDevices();
        for (int i = 0; i < devices.size(); i++) {
            String at = path + ".volumeDevices[" + i + "]";
            reservedVolume(devices.get(i).getName(), at + ".name");
            reservedPath(devices.get(i).getDevicePath(), at + ".devicePath");
        }
    }

    private void reservedVolume(@Nullable String name, String at) {
        if (name != null && name.startsWith(Names.VOLUME_PREFIX)) {
            problems.add(
                    Problem.isolation(at, name + " is a volume of the proxy's", "mount one of the template's own"));
        }
    }

    private void reservedPath(@Nullable String mountPath, String at) {
        if (mountPath != null && MountPaths.areSallyports(mountPath)) {
            problems.add(Problem.conflict(
                    at,
                    "what is there tells the agent's tools whom to trust, and is Sallyport's",
                    "mount it somewhere else"));
        }
    }

    private void probe(@Nullable Probe probe, String at) {
        if (probe == null) {
            return;
        }
        http(probe.getHttpGet(), at + ".httpGet");
        tcp(probe.getTcpSocket(), at + ".tcpSocket");
        if (probe.getGrpc() != null
                && probe.getGrpc().getPort() != null
                && isReserved(probe.getGrpc().getPort())) {
            problems.add(reservedPort(at + ".grpc.port", probe.getGrpc().getPort()));
        }
    }

    private void handler(@Nullable LifecycleHandler handler, String at) {
        if (handler != null) {
            http(handler.getHttpGet(), at + ".httpGet");
            tcp(handler.getTcpSocket(), at + ".tcpSocket");
        }
    }

    private void http(@Nullable HTTPGetAction get, String at) {
        if (get != null) {
            target(get.getHost(), get.getPort(), at);
        }
    }

    private void tcp(@Nullable TCPSocketAction socket, String at) {
        if (socket != null) {
            target(socket.getHost(), socket.getPort(), at);
        }
    }

    private void target(@Nullable String host, @Nullable IntOrString port, String at) {
        if (host != null && !host.isEmpty()) {
            problems.add(Problem.isolation(
                    at + ".host",
                    "kubelet would go there on the agent's behalf",
                    "remove it: the pod itself is meant"));
        }
        if (port != null && isReserved(number(port))) {
            problems.add(reservedPort(at + ".port", number(port)));
        }
    }

    /** A port in a string that is no name of a port is read as a number by kubelet. */
    private static int number(IntOrString port) {
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        try {
            return port.getStrVal() == null ? -1 : Integer.parseInt(port.getStrVal());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static boolean isReserved(int port) {
        return port == Names.DATA_PORT || port == Names.ADMIN_PORT;
    }

    private static Problem reservedPort(String at, int port) {
        return Problem.isolation(at, port + " is a port of the proxy's", "use another port");
    }
}
