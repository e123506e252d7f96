package dev.sallyport.e2e;

import java.util.stream.Stream;

/** Git, with its settings of HTTP. */
enum Git {
    HTTP1("git", "http.version=HTTP/1.1"),
    HTTP2("git, HTTP/2", "http.version=HTTP/2"),
    /** Nothing of the body is sent before the server has said that it goes on. */
    EXPECT("git, Expect: 100-continue", "http.version=HTTP/1.1", "http.extraHeader=Expect: 100-continue");

    private final String program;
    /** A line each. */
    private final String settings;

    Git(String program, String... settings) {
        this.program = program;
        this.settings = String.join("\n", settings);
    }

    String program() {
        return program;
    }

    /** Git's own options. */
    Stream<String> options() {
        return settings.lines().flatMap(setting -> Stream.of("-c", setting));
    }
}
