package dev.sallyport.sidecar.server;

import dev.sallyport.contract.config.ProxyLimits;
import java.util.List;

/**
 * What a connection is served with.
 *
 * @param limits as they were when it was accepted
 * @param hosts what clients that speak TLS to the port itself may call it; empty: nobody may
 * @param load what all connections together have under way
 */
record Serving(
        DataPort.Handler handler, ProxyLimits limits, List<String> hosts, Interception interception, Load load) {}
