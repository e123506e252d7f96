package dev.sallyport.sidecar.main;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a proxy finds and puts things.
 *
 * @param config the configuration file
 * @param credentials the directory of Secret values
 * @param state the directory for counts, the audit chain's head and keys; made if it is not there
 * @param trust the directory for what the agent trusts, which it mounts; made if it is not there; empty: nobody is told
 * @param fence the file by which the egress guard says that the network is fenced; no port is opened before; empty: nobody
 *     fences it
 * @param ready the file that is made once requests are taken; empty: nobody waits for it
 * @param bind the data port's address
 * @param port the data port; 0: any
 * @param adminPort the admin port; 0: any
 * @param terminationMessage where the final report goes, if that can be written
 * @param terminationBytes how long that may be
 */
public record ProxySettings(
        Path config,
        Path credentials,
        Path state,
        Optional<Path> trust,
        Optional<Path> fence,
        Optional<Path> ready,
        String bind,
        int port,
        int adminPort,
        Path terminationMessage,
        int terminationBytes) {}
