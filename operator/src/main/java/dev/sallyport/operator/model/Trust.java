package dev.sallyport.operator.model;

/** Where the agent's containers find whom to trust; the proxy writes it, or it is fetched from the proxy. */
public final class Trust {

    /** The directory of the three files. */
    public static final String DIRECTORY = "/var/run/sallyport/ca";

    /** The public roots and the sandbox's authority, as the file is called in its volume. */
    public static final String BUNDLE_FILE = "ca-bundle.crt";

    /** The same where a container finds it, for tools that take one file in place of their own. */
    public static final String BUNDLE = DIRECTORY + "/" + BUNDLE_FILE;

    /** The authority alone, for tools that add it to what they trust already. */
    public static final String AUTHORITY = DIRECTORY + "/sandbox-ca.crt";

    /** The bundle as a Java trust store, which is read without a password and with any. */
    public static final String STORE = DIRECTORY + "/truststore.p12";

    private Trust() {}
}
