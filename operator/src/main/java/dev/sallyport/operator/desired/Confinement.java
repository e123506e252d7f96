package dev.sallyport.operator.desired;

import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;

/** Of Sallyport's own containers, those that need no right: as the Pod Security Standard {@code restricted} asks, and more. */
final class Confinement {

    private Confinement() {}

    static SecurityContext of(Long user, Long group) {
        return new SecurityContextBuilder()
                .withRunAsUser(user)
                .withRunAsGroup(group)
                .withRunAsNonRoot(true)
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }
}
