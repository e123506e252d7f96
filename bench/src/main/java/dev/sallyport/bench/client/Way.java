package dev.sallyport.bench.client;

/** A way into the proxy, and the version of HTTP spoken there. */
public enum Way {
    /** {@code http://proxy/route/...}, HTTP/1.1. */
    BASE_H1("base URL, HTTP/1.1", false, false),
    /** {@code http://proxy/route/...}, HTTP/2 with prior knowledge. */
    BASE_H2("base URL, HTTP/2", false, true),
    /** {@code CONNECT}, then TLS and HTTP/1.1. */
    CONNECT_H1("CONNECT, HTTP/1.1", true, false),
    /** {@code CONNECT}, then TLS and HTTP/2. */
    CONNECT_H2("CONNECT, HTTP/2", true, true);

    private final String label;
    private final boolean tunnelled;
    private final boolean multiplexed;

    Way(String label, boolean tunnelled, boolean multiplexed) {
        this.label = label;
        this.tunnelled = tunnelled;
        this.multiplexed = multiplexed;
    }

    /** As a column's text. */
    public String label() {
        return label;
    }

    /** Whether it goes through CONNECT. */
    public boolean tunnelled() {
        return tunnelled;
    }

    /** Whether it speaks HTTP/2. */
    public boolean multiplexed() {
        return multiplexed;
    }
}
