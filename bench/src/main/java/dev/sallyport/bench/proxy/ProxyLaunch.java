package dev.sallyport.bench.proxy;

import java.nio.file.Path;
import java.util.List;

/**
 * How the proxy is started.
 *
 * @param lib its jars
 * @param options the Java options of its image, an argument file
 * @param memory its container's limit, as the virtual machine takes it, {@code 384m}
 * @param processors its container's limit
 * @param extra further Java options
 * @param originAddress where the origin is
 * @param originAuthority whom it must trust for that, PEM
 */
public record ProxyLaunch(
        Path lib,
        Path options,
        String memory,
        int processors,
        List<String> extra,
        String originAddress,
        String originAuthority) {

    /** Where it serves. */
    public static final int PORT = 15_001;

    /** Where it is asked how it is. */
    public static final int ADMIN_PORT = 15_002;
}
