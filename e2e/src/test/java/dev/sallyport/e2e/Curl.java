package dev.sallyport.e2e;

/** curl, with the version of HTTP that it is told to speak. */
enum Curl {
    BASE_URL_HTTP1("curl", Way.BASE_URL, "--http1.1", "1.1"),
    BASE_URL_HTTP2("curl, HTTP/2", Way.BASE_URL, "--http2-prior-knowledge", "2"),
    HTTPS_PROXY_HTTP1("curl", Way.HTTPS_PROXY, "--http1.1", "1.1"),
    HTTPS_PROXY_HTTP2("curl, HTTP/2", Way.HTTPS_PROXY, "--http2", "2");

    private final String program;
    private final Way way;
    private final String option;
    private final String version;

    Curl(String program, Way way, String option, String version) {
        this.program = program;
        this.way = way;
        this.option = option;
        this.version = version;
    }

    String program() {
        return program;
    }

    Way way() {
        return way;
    }

    String option() {
        return option;
    }

    String version() {
        return version;
    }
}
