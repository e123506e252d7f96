package dev.sallyport.api.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What CEL can cheaply say about a pod template that would undo the isolation. The operator's validation has the same
 * rules and those that need more than the template; these are here so that most mistakes are found by {@code kubectl
 * apply}.
 */
final class PodTemplateRules {
    private static final String FORBIDDEN = "FieldValueForbidden";

    /** Root, the proxy's UID, and the one that stands for every UID that a user namespace does not map. */
    private static final String RESERVED_UIDS = "[0, 65533, 65534]";

    private PodTemplateRules() {}

    /** Adds bounds, without which the API server takes each list for endless and the rules for too costly. */
    static void add(ObjectNode podSpec) {
        pod(podSpec);
        for (String list : List.of("containers", "initContainers")) {
            ObjectNode containers = Schemas.property(podSpec, list).put("maxItems", 16);
            container(Schemas.items(containers));
        }
        Schemas.property(podSpec, "containers").put("minItems", 1);
        volume(Schemas.items(Schemas.property(podSpec, "volumes").put("maxItems", 64)));
    }

    private static void pod(ObjectNode spec) {
        notTrue(spec, "hostNetwork", "puts the agent on the node's network, where no guard holds it");
        notTrue(spec, "hostPID", "shows the agent the node's processes");
        notTrue(spec, "hostIPC", "shares the node's memory segments with the agent");
        notTrue(spec, "shareProcessNamespace", "shows the agent the proxy's process");
        notTrue(spec, "automountServiceAccountToken", "hands the agent a credential for the API server");
        ObjectNode ephemeral = Schemas.property(spec, "ephemeralContainers");
        ephemeral.set("items", ephemeral.objectNode().put("type", "object"));
        ephemeral.put("x-kubernetes-list-type", "atomic").remove("x-kubernetes-list-map-keys");
        Schemas.rule(
                spec,
                ".ephemeralContainers",
                FORBIDDEN,
                "a pod template has no ephemeralContainers: make them containers",
                "!has(self.ephemeralContainers) || self.ephemeralContainers.size() == 0");
        security(spec);
    }

    private static void container(ObjectNode container) {
        ObjectNode context = Schemas.property(container, "securityContext");
        ObjectNode added = Schemas.property(Schemas.property(context, "capabilities"), "add");
        added.put("maxItems", 64);
        Schemas.property(container, "ports").put("maxItems", 64);
        security(container);
        forbid(
                container,
                ".securityContext.privileged",
                "privileged gives the agent the node: leave it out",
                "!has(self.securityContext) || !has(self.securityContext.privileged) || !self.securityContext.privileged");
        forbid(
                container,
                ".securityContext.allowPrivilegeEscalation",
                "allowPrivilegeEscalation lets a setuid file become the proxy's user: leave it out",
                "!has(self.securityContext) || !has(self.securityContext.allowPrivilegeEscalation) "
                        + "|| !self.securityContext.allowPrivilegeEscalation");
        forbid(
                container,
                ".securityContext.capabilities.add",
                "an added capability can undo the egress guard: leave add out",
                "!has(self.securityContext) || !has(self.securityContext.capabilities) "
                        + "|| !has(self.securityContext.capabilities.add) || self.securityContext.capabilities.add.size() == 0");
        forbid(
                container,
                ".securityContext.procMount",
                "procMount Unmasked shows the agent the kernel's files: leave it out",
                "!has(self.securityContext) || !has(self.securityContext.procMount) "
                        + "|| self.securityContext.procMount == 'Default'");
        forbid(
                container,
                ".ports",
                "hostPort opens the agent to the node's network: leave hostPort out",
                "!has(self.ports) || self.ports.all(p, !has(p.hostPort) || p.hostPort == 0)");
    }

    /** What pod and container have in common. */
    private static void security(ObjectNode holder) {
        forbid(
                holder,
                ".securityContext.runAsUser",
                "runAsUser 0 is root, 65533 the proxy and 65534 no user: choose another UID, such as 1000",
                "!has(self.securityContext) || !has(self.securityContext.runAsUser) "
                        + "|| !(self.securityContext.runAsUser in " + RESERVED_UIDS + ")");
        forbid(
                holder,
                ".securityContext.seccompProfile",
                "without RuntimeDefault the agent reaches sockets that the egress guard can't see: "
                        + "leave seccompProfile out",
                "!has(self.securityContext) || !has(self.securityContext.seccompProfile) "
                        + "|| self.securityContext.seccompProfile.type == 'RuntimeDefault'");
    }

    private static void volume(ObjectNode volume) {
        forbid(
                volume,
                ".hostPath",
                "hostPath shows the agent the node's files: use a volumeClaimTemplate, emptyDir or configMap",
                "!has(self.hostPath)");
        Schemas.property(Schemas.property(volume, "projected"), "sources").put("maxItems", 64);
        forbid(
                volume,
                ".projected.sources",
                "serviceAccountToken hands the agent a credential for the API server: leave it out",
                "!has(self.projected) || !has(self.projected.sources) "
                        + "|| self.projected.sources.all(s, !has(s.serviceAccountToken))");
    }

    private static void notTrue(ObjectNode spec, String field, String harm) {
        forbid(
                spec,
                "." + field,
                field + " " + harm + ": leave it out",
                "!has(self.%1$s) || !self.%1$s".formatted(field));
    }

    private static void forbid(ObjectNode schema, String fieldPath, String message, String cel) {
        Schemas.rule(schema, fieldPath, FORBIDDEN, message, cel);
    }
}
