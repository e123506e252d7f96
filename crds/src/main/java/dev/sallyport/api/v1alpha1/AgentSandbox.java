package dev.sallyport.api.v1alpha1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** An agent's pod behind a proxy that holds the credentials: the one resource of Sallyport. */
@Group("sallyport.dev")
@Version("v1alpha1")
@ShortNames("asbx")
@Categories("all")
public class AgentSandbox extends CustomResource<AgentSandboxSpec, AgentSandboxStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
