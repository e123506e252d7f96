package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.config.Addresses;
import java.net.InetAddress;

/** Which addresses a request may go to. */
@FunctionalInterface
public interface AddressPolicy {

    /** Whether a name of a route with this setting may resolve to the address. */
    boolean permits(InetAddress address, Addresses setting);
}
