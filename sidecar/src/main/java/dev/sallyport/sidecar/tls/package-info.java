/**
 * The sandbox's own certificate authority: made once, kept in the proxy's memory volume, and trusted by this sandbox's
 * agent only. {@link SandboxCa} signs a {@link Leaf} for each host that is intercepted, {@link LeafCache} keeps what was
 * formed of them, and {@link TrustBundle} writes what the agent must trust: public roots and this CA.
 */
@NullMarked
package dev.sallyport.sidecar.tls;

import org.jspecify.annotations.NullMarked;
