package dev.sallyport.operator.status.proxy;

import io.javaoperatorsdk.operator.processing.event.ResourceID;

/**
 * A proxy to ask.
 *
 * @param sandbox whose it is
 * @param sandboxUid the sandbox's {@code metadata.uid}, which both signatures are bound to
 * @param podUid the pod's {@code metadata.uid}: what another pod said is not kept for this one
 * @param address the pod's IP address
 */
public record ProxyTarget(ResourceID sandbox, String sandboxUid, String podUid, String address) {}
