/**
 * The proxy's configuration: what the operator computes from an {@code AgentSandbox}, writes into a ConfigMap, and the
 * proxy reads strictly and serves by. It names credentials and never holds one.
 */
@NullMarked
package dev.sallyport.contract.config;

import org.jspecify.annotations.NullMarked;
