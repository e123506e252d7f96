package dev.sallyport.e2e;

import java.util.List;
import java.util.Locale;

/** WebSocket clients, each in a program of the image. */
enum Socket {
    WEBSOCKETS("websockets (Python)"),
    WS("ws (Node.js)"),
    /** Node's own class, which sends no fragments and no pings. */
    NODE("WebSocket of Node.js");

    private final String program;

    Socket(String program) {
        this.program = program;
    }

    /** How the agent runs it. */
    List<String> command(String url) {
        return this == WEBSOCKETS
                ? List.of("python", "/opt/clients/websocket.py", url, "/tmp/payload")
                : List.of("node", "/opt/clients/websocket.mjs", name().toLowerCase(Locale.ROOT), url, "/tmp/payload");
    }

    String program() {
        return program;
    }
}
