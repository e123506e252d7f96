package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Sysctl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a pod template what would undo the isolation. Nothing is repaired: a user who asks for a privileged agent is
 * told that there is none.
 */
final class TemplateCheck {

    /**
     * Those that Kubernetes calls safe, without {@code ping_group_range}, which the operator sets itself.
     *
     * @see <a href="https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls">Safe
     *     and unsafe sysctls</a>
     */
    private static final Set<String> SAFE_SYSCTLS = Set.of(
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_rmem",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.tcp_wmem");

    private static final String TEMPLATE = "spec.podTemplate";
    private static final String POD = TEMPLATE + ".spec";

    private final @Nullable PodTemplateSpec template;
    private final List<PersistentVolumeClaimTemplate> claims;
    private final SecretCheck secrets;
    private final Set<String> placeholders;
    private final Placement placement;
    private final Problems problems;

    TemplateCheck(
            @Nullable PodTemplateSpec template,
            List<PersistentVolumeClaimTemplate> claims,
            SecretCheck secrets,
            Set<String> placeholders,
            Placement placement,
            Problems problems) {
        this.template = template;
        this.claims = claims;
        this.secrets = secrets;
        this.placeholders = placeholders;
        this.placement = placement;
        this.problems = problems;
    }

    void check() {
        PodSpec pod = template == null ? null : template.getSpec();
        if (template == null || pod == null) {
            problems.add(Problem.invalid(POD, "it is missing", "describe the agent's pod in it"));
            return;
        }
        metadata(template.getMetadata());
        namespaces(pod);
        runtime(pod);
        identity(pod);
        dns(pod);
        securityContext(pod.getSecurityContext());
        containers(pod);
        new VolumeCheck(secrets, problems).check(pod, claims);
        if (pod.getEphemeralContainers() != null
                && !pod.getEphemeralContainers().isEmpty()) {
            problems.add(Problem.isolation(
                    POD + ".ephemeralContainers",
                    "an ephemeral container is bound by none of the sandbox's rules",
                    "make it a container of the template"));
        }
    }

    private void metadata(@Nullable ObjectMeta metadata) {
        if (metadata == null) {
            return;
        }
        reserved(metadata.getLabels(), TEMPLATE + ".metadata.labels");
        reserved(metadata.getAnnotations(), TEMPLATE + ".metadata.annotations");
        if (metadata.getAnnotations() != null) {
            metadata.getAnnotations().forEach((name, value) -> {
                if (name.startsWith("container.apparmor.security.beta.kubernetes.io/") && value.equals("unconfined")) {
                    problems.add(Problem.isolation(
                            TEMPLATE + ".metadata.annotations[" + name + "]",
                            "it takes the container out of AppArmor",
                            "remove it"));
                }
            });
        }
    }

    private void reserved(@Nullable Map<String, String> names, String path) {
        if (names == null) {
            return;
        }
        for (String name : names.keySet()) {
            if (name.startsWith(Names.DOMAIN)) {
                problems.add(Problem.conflict(
                        path + "[" + name + "]", "names under " + Names.DOMAIN + " are Sallyport's", "rename it"));
            }
        }
    }

    private void namespaces(PodSpec pod) {
        refuseTrue(pod.getHostNetwork(), POD + ".hostNetwork", "the agent would be on the node's network");
        refuseTrue(pod.getHostPID(), POD + ".hostPID", "the agent would see every process of the node");
        refuseTrue(pod.getHostIPC(), POD + ".hostIPC", "the agent would share the node's memory segments");
        refuseTrue(
                pod.getShareProcessNamespace(),
                POD + ".shareProcessNamespace",
                "the agent would see the proxy's process");
        refuseTrue(
                pod.getSetHostnameAsFQDN(),
                POD + ".setHostnameAsFQDN",
                "the agent would learn the cluster's domain, which it has no use for without DNS");
    }

    /** By the names that its makers give it; any other runtime without nftables is found out by the guard. */
    private void runtime(PodSpec pod) {
        String runtime = pod.getRuntimeClassName();
        if (placement == Placement.Sidecar
                && runtime != null
                && (runtime.contains("gvisor") || runtime.contains("runsc"))) {
            problems.add(Problem.isolation(
                    POD + ".runtimeClassName",
                    "gVisor has no nftables, by which the pod is fenced",
                    "use spec.proxy.placement: PairedPod, or a runtime class of another kind"));
        }
    }

    private void identity(PodSpec pod) {
        refuseTrue(
                pod.getAutomountServiceAccountToken(),
                POD + ".automountServiceAccountToken",
                "the agent would hold a token for the Kubernetes API");
        refuseAccount(pod.getServiceAccountName(), POD + ".serviceAccountName");
        refuseAccount(pod.getServiceAccount(), POD + ".serviceAccount");
        if (pod.getOs() != null && "windows".equals(pod.getOs().getName())) {
            problems.add(Problem.isolation(
                    POD + ".os", "a sandbox needs what Linux has to fence it", "use Linux images and leave it out"));
        }
    }

    private void refuseAccount(@Nullable String account, String path) {
        if (account != null && !account.isEmpty()) {
            problems.add(Problem.isolation(
                    path,
                    "the sandbox has a service account of its own, which may do nothing",
                    "remove it; put registry credentials into imagePullSecrets"));
        }
    }

    private void dns(PodSpec pod) {
        if (pod.getDnsPolicy() != null && !pod.getDnsPolicy().equals("None")) {
            problems.add(Problem.isolation(
                    POD + ".dnsPolicy", "the agent has no DNS: the proxy resolves names", "remove it"));
        }
        if (pod.getDnsConfig() != null) {
            problems.add(Problem.isolation(
                    POD + ".dnsConfig", "the agent has no DNS: the proxy resolves names", "remove it"));
        }
    }

    private void securityContext(@Nullable PodSecurityContext context) {
        if (context == null) {
            return;
        }
        String path = POD + ".securityContext";
        SecuritySettings settings = new SecuritySettings(path, problems);
        settings.user(context.getRunAsUser(), context.getRunAsNonRoot());
        settings.seccomp(context.getSeccompProfile());
        settings.appArmor(context.getAppArmorProfile());
        settings.seLinux(context.getSeLinuxOptions());
        if (context.getWindowsOptions() != null) {
            settings.windows();
        }
        List<Sysctl> sysctls = context.getSysctls() == null ? List.of() : context.getSysctls();
        for (int i = 0; i < sysctls.size(); i++) {
            if (!SAFE_SYSCTLS.contains(sysctls.get(i).getName())) {
                problems.add(Problem.isolation(
                        path + ".sysctls[" + i + "]",
                        sysctls.get(i).getName() + " is not one of the safe sysctls that a sandbox may set",
                        "remove it"));
            }
        }
    }

    private void containers(PodSpec pod) {
        Set<String> names = new HashSet<>();
        if (pod.getContainers() == null || pod.getContainers().isEmpty()) {
            problems.add(Problem.invalid(POD + ".containers", "there is none", "name at least one container"));
        }
        for (Numbered numbered : numbered(pod)) {
            String name = numbered.container().getName();
            if (!names.add(name)) {
                problems.add(Problem.conflict(
                        numbered.path() + ".name", "two containers are called " + name, "rename one of them"));
            }
            new ContainerCheck(numbered.container(), numbered.path(), secrets, placeholders, problems).check();
        }
    }

    private record Numbered(Container container, String path) {}

    private static List<Numbered> numbered(PodSpec pod) {
        List<Numbered> all = new ArrayList<>();
        number(pod.getInitContainers(), POD + ".initContainers", all);
        number(pod.getContainers(), POD + ".containers", all);
        return all;
    }

    private static void number(@Nullable List<Container> containers, String path, List<Numbered> all) {
        for (int i = 0; containers != null && i < containers.size(); i++) {
            all.add(new Numbered(containers.get(i), path + "[" + i + "]"));
        }
    }

    private void refuseTrue(@Nullable Boolean value, String path, String message) {
        if (Boolean.TRUE.equals(value)) {
            problems.add(Problem.isolation(path, message, "remove it"));
        }
    }
}
