package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.AuditedRequest;

/** Is told of every request that has ended. */
@FunctionalInterface
public interface RequestListener {

    /** The request has ended and been counted. Called on its event loop; must not block. */
    void ended(AuditedRequest request);
}
