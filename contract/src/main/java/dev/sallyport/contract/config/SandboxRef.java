package dev.sallyport.contract.config;

import dev.sallyport.contract.json.Require;

/**
 * The sandbox that a proxy serves.
 *
 * @param namespace its namespace
 * @param name its name
 * @param uid its {@code metadata.uid}: what the operator's signatures are bound to, so that a request signed for one
 *     sandbox is worth nothing at another's proxy
 */
public record SandboxRef(String namespace, String name, String uid) {

    public SandboxRef {
        Require.that(!Require.present(namespace, "namespace").isEmpty(), "namespace: empty");
        Require.that(!Require.present(name, "name").isEmpty(), "name: empty");
        Require.that(!Require.present(uid, "uid").isEmpty(), "uid: empty");
    }
}
