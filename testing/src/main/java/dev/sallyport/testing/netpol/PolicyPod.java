package dev.sallyport.testing.netpol;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pod as policies see it.
 *
 * @param addresses its own, of both families, at least one
 * @param ports numbers by name and protocol
 */
record PolicyPod(String namespace, Map<String, String> labels, List<String> addresses, Map<NamedPort, Integer> ports) {

    /** A port's name is its protocol's: two protocols may use one. */
    record NamedPort(String name, String protocol) {}

    /** Empty: it has no address of its own, since it is not set up yet, is on the node's network, or has ended. */
    static Optional<PolicyPod> of(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null
                || Boolean.TRUE.equals(pod.getSpec().getHostNetwork())
                || "Succeeded".equals(status.getPhase())
                || "Failed".equals(status.getPhase())) {
            return Optional.empty();
        }
        List<String> addresses = stream(status.getPodIPs()).map(PodIP::getIp).toList();
        return addresses.isEmpty()
                ? Optional.empty()
                : Optional.of(new PolicyPod(
                        pod.getMetadata().getNamespace(),
                        Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of()),
                        addresses,
                        ports(pod)));
    }

    private static Map<NamedPort, Integer> ports(Pod pod) {
        Map<NamedPort, Integer> ports = new HashMap<>();
        Stream.concat(
                        stream(pod.getSpec().getContainers()),
                        stream(pod.getSpec().getInitContainers()))
                .flatMap((Container container) -> stream(container.getPorts()))
                .filter(port -> port.getName() != null)
                .forEach((ContainerPort port) -> ports.put(
                        new NamedPort(port.getName(), Objects.requireNonNullElse(port.getProtocol(), "TCP")),
                        port.getContainerPort()));
        return ports;
    }

    private static <T> Stream<T> stream(@Nullable List<T> list) {
        return list == null ? Stream.of() : list.stream();
    }
}
