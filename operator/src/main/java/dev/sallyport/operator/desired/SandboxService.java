package dev.sallyport.operator.desired;

import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Sandbox;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

/** Where a paired agent finds its proxy, in whichever pod that is: an address that stays as long as the sandbox. */
final class SandboxService {

    /** The data port's name, in the Service and in the pod. */
    static final String PORT = "sallyport-data";

    private SandboxService() {}

    static Service of(Sandbox sandbox) {
        String name = sandbox.id().name();
        return new ServiceBuilder()
                .withMetadata(Metadata.of(sandbox.id(), Names.owned(name)))
                .withNewSpec()
                .withType("ClusterIP")
                .addToSelector(Names.SANDBOX_LABEL, name)
                .addToSelector(Names.ROLE_LABEL, Names.PROXY_ROLE)
                .addNewPort()
                .withName(PORT)
                .withProtocol("TCP")
                .withPort(Names.DATA_PORT)
                .withNewTargetPort(Names.DATA_PORT)
                .endPort()
                .endSpec()
                .build();
    }
}
