package dev.sallyport.sidecar.clients;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import dev.sallyport.contract.audit.AuditedRequest.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** HTTP clients that programs are written with, each in a program that does tasks as it is told. */
enum Library {
    HTTPX(Kind.PYTHON, false, false),
    /** With the option that lets it speak HTTP/2. */
    HTTPX_H2(Kind.PYTHON, false, true),
    /** Its successor, which SDKs of model providers use. */
    HTTPX2_H2(Kind.PYTHON, false, true),
    REQUESTS(Kind.PYTHON, false, false),
    AIOHTTP(Kind.PYTHON, false, false),
    /** Node's own. */
    FETCH(Kind.NODE, false, false),
    UNDICI(Kind.NODE, false, true),
    GO(Kind.GO, false, true),
    /** Speaks HTTP/2 in plain text too, with prior knowledge. */
    GO_H2C(Kind.GO, true, true),
    /** The JDK's. */
    JAVA(Kind.JAVA, false, true);

    private enum Kind {
        PYTHON,
        NODE,
        GO,
        JAVA
    }

    private final Kind kind;
    private final boolean http2InPlainText;
    private final boolean http2OverTls;

    Library(Kind kind, boolean http2InPlainText, boolean http2OverTls) {
        this.kind = kind;
        this.http2InPlainText = http2InPlainText;
        this.http2OverTls = http2OverTls;
    }

    /** What it speaks to the proxy, of its own choice. */
    Protocol protocol(Way way) {
        boolean http2 =
                switch (way) {
                    case BASE_URL, HTTP_PROXY -> http2InPlainText;
                    case HTTPS_PROXY -> http2OverTls;
                };
        return http2 ? Protocol.HTTP_2 : Protocol.HTTP_1_1;
    }

    /** The ways in that it knows. Over HTTP/2 there is no absolute form: what comes in plain text names a route. */
    List<Way> ways() {
        return http2InPlainText ? List.of(Way.BASE_URL, Way.HTTPS_PROXY) : List.of(Way.values());
    }

    /** As the audit log calls the way that it comes. Node asks for tunnels for plain HTTP too. */
    Form form(Way way) {
        return this == FETCH && way == Way.HTTP_PROXY ? Form.INTERCEPTED : way.form();
    }

    /** Whether it tells the other side when it gives up an answer in HTTP/2; these just read no more of it. */
    boolean resetsStreams() {
        return this != HTTPX_H2 && this != HTTPX2_H2;
    }

    /** Whether it asks anew for the way when it is redirected; the JDK's goes where the first request did, past the proxy. */
    boolean choosesWayForRedirects() {
        return this != JAVA;
    }

    /** Starts it. */
    Driver start(Agent agent, int proxy, Path trust) throws IOException {
        return switch (kind) {
            case PYTHON -> new Driver(agent, List.of(Programs.python(), script(agent, "client.py"), toString()));
            case NODE ->
                new Driver(
                        agent.with(
                                "UNDICI",
                                Programs.nodeModules()
                                        .resolve("undici/index.js")
                                        .toString()),
                        List.of(Programs.node(), script(agent, "client.mjs"), toString()));
            case GO -> new Driver(agent, List.of(Programs.go(), toString()));
            case JAVA ->
                new Driver(
                        agent,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-Dhttp.proxyHost=127.0.0.1",
                                "-Dhttp.proxyPort=" + proxy,
                                "-Dhttps.proxyHost=127.0.0.1",
                                "-Dhttps.proxyPort=" + proxy,
                                "-Djavax.net.ssl.trustStore=" + trust.resolve("truststore.p12"),
                                "-cp",
                                classes(JavaClient.class),
                                JavaClient.class.getName()));
        };
    }

    /** Where a class was loaded from, which is all that it needs but the JDK. */
    private static String classes(Class<?> type) {
        return Path.of(URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    /** A file of the class path, laid into the agent's home. */
    static String script(Agent agent, String name) throws IOException {
        return script(agent.home(), name);
    }

    static String script(Path home, String name) throws IOException {
        Path file = home.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream in = Objects.requireNonNull(Library.class.getResourceAsStream("/clients/" + name), name)) {
                Files.copy(in, file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file.toString();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
