package dev.sallyport.e2e;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** HTTP clients that programs are written with, each in a program of the image that does tasks as it is told. */
enum Library {
    HTTPX("httpx", false, false),
    /** With the option that lets it speak HTTP/2. */
    HTTPX_H2("httpx, HTTP/2", false, true),
    /** Its successor, which SDKs of model providers use. */
    HTTPX2_H2("httpx2, HTTP/2", false, true),
    REQUESTS("requests", false, false),
    AIOHTTP("aiohttp", false, false),
    /** Node's own. */
    FETCH("fetch of Node.js", false, false),
    UNDICI("undici", false, true),
    GO("Go net/http", false, true),
    /** Speaks HTTP/2 in plain text too, with prior knowledge. */
    GO_H2C("Go net/http, h2c", true, true),
    /** The JDK's. */
    JAVA("Java HttpClient", false, true);

    private final String program;
    private final boolean http2InPlainText;
    private final boolean http2OverTls;

    Library(String program, boolean http2InPlainText, boolean http2OverTls) {
        this.program = program;
        this.http2InPlainText = http2InPlainText;
        this.http2OverTls = http2OverTls;
    }

    /** What people call it. */
    String program() {
        return program;
    }

    /** What it speaks to the proxy, of its own choice, as it says itself; those of Node say nothing. */
    String version(Way way) {
        boolean http2 =
                switch (way) {
                    case BASE_URL -> http2InPlainText;
                    case HTTPS_PROXY -> http2OverTls;
                };
        return this == FETCH || this == UNDICI ? "" : http2 ? "HTTP/2" : "HTTP/1.1";
    }

    /** How the agent runs it. */
    List<String> command(ClientSandbox agent) {
        return switch (this) {
            case HTTPX, HTTPX_H2, HTTPX2_H2, REQUESTS, AIOHTTP ->
                List.of("python", "/opt/clients/client.py", toString());
            case FETCH, UNDICI -> List.of("node", "/opt/clients/client.mjs", toString());
            case GO, GO_H2C -> List.of("/opt/clients/client", toString());
            case JAVA -> {
                // Of the variables it reads JAVA_TOOL_OPTIONS alone.
                List<String> command = new ArrayList<>(List.of("java", "-XX:TieredStopAtLevel=1"));
                if (URI.create(agent.variable("HTTPS_PROXY")).getUserInfo() != null) {
                    // Unless it is told otherwise, it shows nobody Basic credentials before a tunnel.
                    command.add("-Djdk.http.auth.tunneling.disabledSchemes=");
                }
                command.addAll(List.of("-cp", "/opt/clients/java", "dev.sallyport.sidecar.clients.JavaClient"));
                yield List.copyOf(command);
            }
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
