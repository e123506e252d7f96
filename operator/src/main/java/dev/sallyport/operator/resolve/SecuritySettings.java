package dev.sallyport.operator.resolve;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Problem;
import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.SELinuxOptions;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a pod's and a container's security context have in common. */
final class SecuritySettings {

    /**
     * As the baseline Pod Security Standard has it.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline">Pod Security
     *     Standards</a>
     */
    private static final Set<String> SELINUX_TYPES =
            Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");

    private final String path;
    private final Problems problems;

    SecuritySettings(String path, Problems problems) {
        this.path = path;
        this.problems = problems;
    }

    void user(@Nullable Long uid, @Nullable Boolean nonRoot) {
        if (uid != null) {
            if (uid == 0) {
                refuse(
                        "runAsUser",
                        "root could become the proxy",
                        "use another UID, or leave it out to get " + Names.AGENT_UID);
            } else if (uid == Names.PROXY_UID) {
                refuse("runAsUser", "it is the proxy's own UID, which may go out", "use another UID");
            } else if (uid == Names.OVERFLOW_UID) {
                refuse("runAsUser", "it is the kernel's overflow UID", "use another UID");
            }
        }
        if (Boolean.FALSE.equals(nonRoot)) {
            refuse("runAsNonRoot", "the agent never runs as root", "remove it");
        }
    }

    void seccomp(@Nullable SeccompProfile profile) {
        if (profile != null && !"RuntimeDefault".equals(profile.getType())) {
            refuse(
                    "seccompProfile",
                    "only RuntimeDefault is known to forbid the system calls that lead out",
                    "use RuntimeDefault, or leave it out");
        }
    }

    void appArmor(@Nullable AppArmorProfile profile) {
        if (profile != null && "Unconfined".equals(profile.getType())) {
            refuse("appArmorProfile", "it takes the agent out of AppArmor", "use RuntimeDefault, or leave it out");
        }
    }

    void seLinux(@Nullable SELinuxOptions options) {
        if (options == null) {
            return;
        }
        if (options.getType() != null && !SELINUX_TYPES.contains(options.getType())) {
            refuse("seLinuxOptions.type", "it is none of a container's types", "use container_t, or leave it out");
        }
        if (!isEmpty(options.getUser()) || !isEmpty(options.getRole())) {
            refuse("seLinuxOptions", "user and role are the container runtime's to choose", "leave them out");
        }
    }

    void windows() {
        refuse("windowsOptions", "a sandbox needs what Linux has to fence it", "leave it out");
    }

    void refuse(String field, String message, String remedy) {
        problems.add(Problem.isolation(path + "." + field, message, remedy));
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
