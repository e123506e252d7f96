package dev.sallyport.sidecar.config;

import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.sidecar.credential.Credentials;
import dev.sallyport.sidecar.credential.Placeholders;
import dev.sallyport.sidecar.route.RouteTable;

/**
 * All that requests are served by, from one moment on. A request takes it once and keeps it.
 *
 * @param config the configuration as it was read
 * @param routes its routes, ready to be asked
 * @param credentials the Secret values that it names
 * @param placeholders the tokens of its routes
 */
public record Snapshot(ProxyConfig config, RouteTable routes, Credentials credentials, Placeholders placeholders) {}
