package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** A paired proxy's own pod: the only one that mounts credentials. Where it may be is what the template says of the agent. */
final class ProxyPod {

    private ProxyPod() {}

    static Pod of(Sandbox sandbox, String configHash, Platform platform) {
        PodSpec template = sandbox.template().getSpec();
        Map<String, String> labels = new TreeMap<>(Metadata.labels(sandbox.id()));
        labels.put(Names.ROLE_LABEL, Names.PROXY_ROLE);
        return new PodBuilder()
                .withMetadata(new ObjectMetaBuilder(Metadata.of(
                                sandbox.id(), Names.owned(sandbox.id().name())))
                        .withLabels(labels)
                        .addToAnnotations(Names.TEMPLATE_HASH, templateHash(sandbox))
                        .addToAnnotations(Names.CONFIG_HASH, configHash)
                        .build())
                .withNewSpec()
                .withContainers(ProxyContainer.paired(sandbox, platform))
                .withVolumes(ProxyContainer.volumes(sandbox))
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withRestartPolicy("Always")
                .withServiceAccountName(Names.owned(sandbox.id().name()))
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withHostUsers(template.getHostUsers())
                .withTerminationGracePeriodSeconds(SandboxPod.graceSeconds(template))
                .withDnsPolicy("None")
                .withNewDnsConfig()
                .withNameservers("127.0.0.1")
                .endDnsConfig()
                .withImagePullSecrets(platform.proxyPullSecrets())
                .withNodeSelector(template.getNodeSelector())
                .withAffinity(template.getAffinity())
                .withTolerations(template.getTolerations())
                .withPriorityClassName(template.getPriorityClassName())
                .withSchedulerName(template.getSchedulerName())
                .endSpec()
                .build();
    }

    /** What cannot be changed in a running pod, as the user wrote it. */
    private static String templateHash(Sandbox sandbox) {
        PodSpec template = sandbox.template().getSpec();
        Map<String, Object> facts = new HashMap<>();
        facts.put("proxyResources", sandbox.proxyResources().orElseGet(ResourceRequirements::new));
        facts.put("hostUsers", template.getHostUsers());
        facts.put("graceSeconds", SandboxPod.graceSeconds(template));
        facts.put("nodeSelector", template.getNodeSelector());
        facts.put("affinity", template.getAffinity());
        facts.put("tolerations", template.getTolerations());
        facts.put("priorityClassName", template.getPriorityClassName());
        facts.put("schedulerName", template.getSchedulerName());
        return Fingerprint.of(facts);
    }
}
