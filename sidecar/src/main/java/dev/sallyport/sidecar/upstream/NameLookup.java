package dev.sallyport.sidecar.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks for a name's addresses. May block. */
@FunctionalInterface
public interface NameLookup {

    /**
     * Looks a name up.
     *
     * @param name a host name without a trailing dot
     * @return its addresses, at least one
     * @throws UnknownHostException if it has none, or nobody answered
     */
    List<InetAddress> lookup(String name) throws UnknownHostException;

    /**
     * The system's resolver. Names are absolute: the search list of {@code resolv.conf} never turns a public name into one
     * of the cluster.
     */
    static NameLookup system() {
        return name -> List.of(InetAddress.getAllByName(name + "."));
    }
}
