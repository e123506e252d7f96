package dev.sallyport.sidecar.main;

/** The real command line in a process of its own, in a world where {@code *.test} is on loopback. */
final class LoopbackProxyMain {

    private LoopbackProxyMain() {}

    public static void main(String[] args) {
        System.exit(ProxyMain.run(RunningProxy.world(new java.io.FileOutputStream(java.io.FileDescriptor.out)), args));
    }
}
