package dev.sallyport.operator.resolve;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import io.fabric8.kubernetes.client.utils.Serialization;

/** Manifests for tests. */
public final class Resources {

    private Resources() {}

    /** Tokens that can be told apart and read. */
    public static final PlaceholderTokens TOKENS = (uid, env) -> "sallyport-token-of-sandbox-" + uid + "-" + env;

    /** A sandbox with this {@code spec}, in YAML without indentation. */
    public static AgentSandbox sandbox(String spec) {
        AgentSandbox sandbox = Serialization.unmarshal("""
                apiVersion: sallyport.dev/v1alpha1
                kind: AgentSandbox
                metadata: {name: demo, namespace: team, uid: 11111111-2222-3333-4444-555555555555, generation: 1}
                spec:
                """ + spec.indent(2), AgentSandbox.class);
        return sandbox;
    }
}
