package dev.sallyport.sidecar.server;

import dev.sallyport.contract.config.ProxyLimits;

/**
 * What a connection is served with.
 *
 * @param limits as they were when it was accepted
 * @param load what all connections together have under way
 */
record Serving(DataPort.Handler handler, ProxyLimits limits, Interception interception, Load load) {}
