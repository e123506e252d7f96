package dev.sallyport.operator.model;

import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Containers that somebody put into a running pod ({@code kubectl debug}). They are bound by none of the template's checks,
 * and one that ran once may have changed the pod's network for good: it counts as long as the pod lives.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/">Ephemeral containers</a>
 */
final class EphemeralContainers {

    private EphemeralContainers() {}

    /** What one of them may do to the isolation, as a sentence; empty: there are none, or all are as bound as the agent. */
    static Optional<String> breach(Pod pod) {
        return orEmpty(pod.getSpec().getEphemeralContainers()).stream()
                .flatMap(container -> breach(container).stream()
                        .map(problem -> "ephemeral container " + container.getName() + " " + problem))
                .findFirst();
    }

    private static Optional<String> breach(EphemeralContainer container) {
        boolean mounts = orEmpty(container.getVolumeMounts()).stream()
                .anyMatch(mount -> mount.getName().startsWith(Names.VOLUME_PREFIX));
        if (mounts) {
            return Optional.of("mounts a volume of the proxy's");
        }
        if (Names.PROXY_CONTAINER.equals(container.getTargetContainerName())) {
            return Optional.of("sees the proxy's process");
        }
        SecurityContext context = container.getSecurityContext();
        if (context == null || context.getRunAsUser() == null) {
            return Optional.of("does not say which user it has, and may be root or the proxy");
        }
        long user = context.getRunAsUser();
        if (user == 0) {
            return Optional.of("is root");
        }
        if (user == Names.PROXY_UID || user == Names.OVERFLOW_UID) {
            return Optional.of("has a user that may go out");
        }
        return rights(context);
    }

    private static Optional<String> rights(SecurityContext context) {
        Capabilities capabilities = context.getCapabilities();
        if (Boolean.TRUE.equals(context.getPrivileged())
                || (capabilities != null && !orEmpty(capabilities.getAdd()).isEmpty())) {
            return Optional.of("has capabilities");
        }
        if (!Boolean.FALSE.equals(context.getAllowPrivilegeEscalation())) {
            return Optional.of("may become another user by a set-user-ID file");
        }
        boolean confined = context.getSeccompProfile() == null
                || "RuntimeDefault".equals(context.getSeccompProfile().getType());
        return confined ? Optional.empty() : Optional.of("is not confined by the runtime's seccomp profile");
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
