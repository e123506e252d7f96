package dev.sallyport.sidecar.main;

import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SandboxRef;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.sidecar.testing.Leaks;
import dev.sallyport.sidecar.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.awaitility.Awaitility;

/** A proxy in this JVM, its files, and what it wrote. */
public final class RunningProxy implements AutoCloseable {

    static final SandboxRef SANDBOX = new SandboxRef("agents", "claude", "2f1c");

    final Path directory;
    final ByteArrayOutputStream auditOutput = new ByteArrayOutputStream();
    final Proxy proxy;
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public RunningProxy(Path directory, ProxyConfig config) throws IOException {
        this(directory, Optional.of(config), world(new ByteArrayOutputStream()));
    }

    RunningProxy(Path directory, Optional<ProxyConfig> config, Seams seams) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory.resolve("credentials"));
        if (config.isPresent()) {
            configure(config.get());
        }
        proxy = new Proxy(
                new ProxySettings(
                        directory.resolve("config.json"),
                        directory.resolve("credentials"),
                        directory.resolve("state"),
                        Optional.of(directory.resolve("trust")),
                        Optional.empty(),
                        Optional.empty(),
                        "127.0.0.1",
                        0,
                        0,
                        directory.resolve("termination"),
                        4096),
                new Seams(
                        seams.clock(),
                        seams.names(),
                        seams.addresses(),
                        auditOutput,
                        seams.auditCapacity(),
                        seams.reloadPeriod()));
    }

    /** Names below {@code .test} are on loopback, which is permitted. */
    static Seams world(java.io.OutputStream audit) {
        return new Seams(
                Clock.systemUTC(),
                name -> {
                    if (name.endsWith(".test")) {
                        return List.of(InetAddress.ofLiteral("127.0.0.1"));
                    }
                    throw new UnknownHostException();
                },
                (address, setting) -> address.isLoopbackAddress(),
                audit,
                16 * 1024,
                Duration.ofSeconds(1));
    }

    public static ProxyConfig config(RouteConfig... routes) {
        return config(1, ProxyLimits.DEFAULTS, routes);
    }

    static ProxyConfig config(long generation, ProxyLimits limits, RouteConfig... routes) {
        return config(generation, limits, Optional.empty(), routes);
    }

    static ProxyConfig config(long generation, ProxyLimits limits, Optional<AgentAccess> agent, RouteConfig... routes) {
        return new ProxyConfig(
                ProxyConfig.SCHEMA,
                generation,
                SANDBOX,
                dev.sallyport.contract.config.Enforcement.ENFORCE,
                AllowedHosts.OPTIONAL,
                Optional.empty(),
                agent,
                limits,
                dev.sallyport.contract.config.RouteLimits.NONE,
                List.of(routes));
    }

    void configure(ProxyConfig config) throws IOException {
        replace(directory.resolve("config.json"), StrictJson.write(config));
    }

    void secret(String secret, String key, String value) throws IOException {
        secret(directory, secret, key, value);
    }

    public static void secret(Path directory, String secret, String key, String value) throws IOException {
        if (!key.equals("allowed-hosts")) {
            Leaks.lookFor(value);
        }
        Path file = directory.resolve("credentials").resolve(secret).resolve(key);
        Files.createDirectories(file.getParent());
        replace(file, value.getBytes(StandardCharsets.UTF_8));
    }

    static void replace(Path file, byte[] content) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
        Files.write(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A client that is told of the proxy as agents are: by its address, and by whom to trust. */
    HttpClient proxied(HttpClient.Version version) throws Exception {
        return HttpClient.newBuilder()
                .version(version)
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())))
                .sslContext(trusted())
                .build();
    }

    /** TLS that trusts what the proxy wrote for the agent. */
    public SSLContext trusted() throws Exception {
        KeyStore store = KeyStore.getInstance(
                directory.resolve("trust").resolve("truststore.p12").toFile(), (char[]) null);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** The data port. */
    public int port() {
        return proxy.port();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + proxy.port() + path);
    }

    HttpResponse<String> get(String path, String... fields) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).GET();
        if (fields.length > 0) {
            request.headers(fields);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> admin(String path, String... fields) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.adminPort() + path));
        if (fields.length > 0) {
            request.headers(fields);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    RawClient raw() throws IOException {
        return new RawClient(proxy.port());
    }

    String auditText() {
        return auditOutput.toString(StandardCharsets.UTF_8);
    }

    public List<AuditRecord> audit() {
        return auditText()
                .lines()
                .map(line -> {
                    try {
                        return StrictJson.read(line.getBytes(StandardCharsets.UTF_8), AuditRecord.class);
                    } catch (dev.sallyport.contract.json.InvalidJsonException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    /** The requests recorded, as soon as there are this many. */
    List<AuditedRequest> requests(int number) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .until(() -> auditText()
                                .lines()
                                .filter(line -> line.contains("\"id\""))
                                .count()
                        >= number);
        List<AuditedRequest> requests = new ArrayList<>();
        audit().forEach(record -> record.request().ifPresent(requests::add));
        return requests;
    }

    /** Nothing that the proxy has written shows a secret, in whatever test. */
    @Override
    public void close() {
        try {
            Leaks.check("the metrics", admin("/metrics").body());
            Leaks.check("the readiness", admin("/readyz").body());
        } catch (IOException e) {
            // Stopped already.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        http.close();
        proxy.stop();
        try {
            Leaks.check("the audit log", auditText());
            Leaks.checkFiles(directory.resolve("state"));
            Leaks.checkFiles(directory.resolve("trust"));
            if (Files.exists(directory.resolve("termination"))) {
                Leaks.check("the final report", Files.readString(directory.resolve("termination")));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
