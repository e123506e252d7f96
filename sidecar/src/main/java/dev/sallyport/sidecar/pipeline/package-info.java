/**
 * What happens to a request, from its head to its record: route, policy, credential, upstream, stream, audit, in this
 * order. The stages are other packages; here is their order, what a refusal looks like, and the pump.
 */
@NullMarked
package dev.sallyport.sidecar.pipeline;

import org.jspecify.annotations.NullMarked;
