package dev.sallyport.bench.origin;

/** One of the upstream's ports, and the proxy's route to it. */
public enum Origin {
    /** Speaks HTTP/1.1 only. */
    H1("one", 8441),
    /** Offers HTTP/2 and HTTP/1.1. */
    H2("two", 8442);

    /** The name that both have. The proxy is told its address, as it would be by a resolver. */
    public static final String HOST = "origin.bench.internal";

    /** The path below which the routes permit everything; all else is refused. */
    public static final String OPEN = "/open";

    private final String route;
    private final int port;

    Origin(String route, int port) {
        this.route = route;
        this.port = port;
    }

    /** The name of the proxy's route to it. */
    public String route() {
        return route;
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Host and port. */
    public String authority() {
        return HOST + ":" + port;
    }

    /** As a column's text. */
    public String label() {
        return switch (this) {
            case H1 -> "HTTP/1.1";
            case H2 -> "HTTP/2";
        };
    }
}
