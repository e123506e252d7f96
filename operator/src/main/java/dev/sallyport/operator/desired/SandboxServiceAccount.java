package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;

/** A service account that nobody binds a role to: the namespace's own might have one. */
final class SandboxServiceAccount {

    private SandboxServiceAccount() {}

    static ServiceAccount of(Sandbox sandbox) {
        return new ServiceAccountBuilder()
                .withMetadata(Metadata.of(sandbox.id(), Names.owned(sandbox.id().name())))
                .withAutomountServiceAccountToken(false)
                .build();
    }
}
