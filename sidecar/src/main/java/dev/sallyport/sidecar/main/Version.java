package dev.sallyport.sidecar.main;

import picocli.CommandLine.IVersionProvider;

/** The proxy's release, from its archive's manifest. */
final class Version implements IVersionProvider {

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"sallyport-proxy " + text()};
    }
}
