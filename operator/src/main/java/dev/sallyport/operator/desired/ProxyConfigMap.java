package dev.sallyport.operator.desired;

import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.HostPattern;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.ProxyAddress;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.SandboxId;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The proxy's configuration, as the proxy's own records write it. It names credentials and holds none. */
final class ProxyConfigMap {

    /** Kubernetes' default for a pod that names none. */
    private static final long DEFAULT_GRACE_SECONDS = 30;

    /** What the proxy keeps of the grace period to write its last counters. */
    private static final long LAST_SECONDS = 5;

    private ProxyConfigMap() {}

    static ConfigMap of(Sandbox sandbox, String config, Platform platform) {
        return new ConfigMapBuilder()
                .withMetadata(Metadata.of(sandbox.id(), Names.owned(sandbox.id().name())))
                .withData(new TreeMap<>(Map.of(Names.CONFIG_KEY, config, Names.RESOLVER_KEY, resolver(platform))))
                .build();
    }

    /** Without a search list: routes name hosts in full. */
    private static String resolver(Platform platform) {
        return platform.nameservers().stream()
                .map(address -> "nameserver " + address + "\n")
                .collect(Collectors.joining("", "", "options timeout:2 attempts:3\n"));
    }

    /** How a paired proxy knows its agent, and what the agent calls it. */
    static AgentAccess paired(SandboxId id, String service, String token) {
        return new AgentAccess(
                token,
                List.of(
                        HostPattern.parse(ProxyAddress.host(service)),
                        HostPattern.parse(Names.owned(id.name()) + "." + id.namespace() + ".svc")));
    }

    /** What the proxy reads: a pretty-printed document, so that people can read it too. */
    static String text(Sandbox sandbox, AdminAccess admin, Optional<AgentAccess> agent) {
        return StrictJson.writePretty(config(sandbox, admin, agent)) + "\n";
    }

    private static ProxyConfig config(Sandbox sandbox, AdminAccess admin, Optional<AgentAccess> agent) {
        SandboxId id = sandbox.id();
        return new ProxyConfig(
                ProxyConfig.SCHEMA,
                id.generation(),
                new SandboxRef(id.namespace(), id.name(), id.uid()),
                sandbox.enforcement(),
                sandbox.allowedHosts(),
                Optional.of(admin),
                agent,
                limits(sandbox),
                sandbox.requestLimits(),
                sandbox.routes());
    }

    private static ProxyLimits limits(Sandbox sandbox) {
        Long grace = sandbox.template().getSpec().getTerminationGracePeriodSeconds();
        long drain = (grace == null ? DEFAULT_GRACE_SECONDS : grace) - LAST_SECONDS;
        ProxyLimits defaults = ProxyLimits.DEFAULTS;
        return new ProxyLimits(
                defaults.clientConnections(),
                defaults.headBytes(),
                defaults.headFields(),
                defaults.targetBytes(),
                defaults.trailerBytes(),
                defaults.chunkLineBytes(),
                defaults.streams(),
                defaults.headSeconds(),
                defaults.idleSeconds(),
                defaults.connectSeconds(),
                defaults.silenceSeconds(),
                Math.clamp(drain, 0, 86_400));
    }
}
