package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.main.RunningProxy;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The web, the proxy before it, and an agent that is told of the proxy. */
final class Scene implements AutoCloseable {

    /** The credential that only the proxy has. */
    static final String REAL = "sk-real-7Qv9xB2mWnT4";

    /** What the agent has where a program insists on a key. */
    static final String DUMMY = "sk-dummy-that-agents-hold";

    /** What stands for the credential on the agent's side. */
    static final String PLACEHOLDER = "sallyport_0123456789abcdefghij";

    static final SecretRef SECRET = new SecretRef("provider", "key");

    final Web web;
    final RunningProxy proxy;
    final Agent agent;
    final Path trust;
    private final List<String> said = new ArrayList<>();

    /**
     * Starts all of it.
     *
     * @param directory an empty one
     * @param hosts names of the web, each below {@code .test}
     * @param routes what may leave, once the web's ports are known
     */
    Scene(Path directory, List<String> hosts, BiFunction<Web, Routes, List<RouteBuilder>> routes) throws IOException {
        web = new Web(hosts.toArray(String[]::new));
        Path files = Files.createDirectories(directory.resolve("proxy"));
        RunningProxy.secret(files, SECRET.secret(), SECRET.key(), REAL);
        proxy = new RunningProxy(
                files,
                RunningProxy.config(routes.apply(web, new Routes(web)).stream()
                        .map(RouteBuilder::build)
                        .toArray(RouteConfig[]::new)));
        trust = files.resolve("trust");
        agent = new Agent(Files.createDirectories(directory.resolve("home")), proxy.port(), trust)
                .with("API_KEY", DUMMY);
    }

    /** Routes to the web's ports. */
    record Routes(Web web) {

        RouteBuilder https(String name, String host) {
            return RouteBuilder.https(name, host + ":" + web.tlsPort());
        }

        RouteBuilder http1(String name, String host) {
            return RouteBuilder.https(name, host + ":" + web.tlsHttp1Port());
        }

        RouteBuilder http(String name, String host) {
            return RouteBuilder.http(name, host + ":" + web.plainPort());
        }
    }

    static CredentialConfig bearer() {
        return new CredentialConfig.Bearer(SECRET);
    }

    static CredentialConfig basic(String user) {
        return new CredentialConfig.Basic(Optional.of(user), Optional.empty(), SECRET);
    }

    /** Whether it is the credential, as an upstream would check. */
    static boolean isBearer(String authorization) {
        return authorization.equals("Bearer " + REAL);
    }

    /** {@code http://127.0.0.1:port/route}. */
    String baseUrl(String route) {
        return "http://127.0.0.1:" + proxy.port() + "/" + route;
    }

    String https(String host) {
        return "https://" + host + ":" + web.tlsPort();
    }

    String http(String host) {
        return "http://" + host + ":" + web.plainPort();
    }

    /** Waits for the record of the request for a path that contains this; the first, if there are several. */
    AuditedRequest audited(String inPath) {
        return audited(inPath, 1).getFirst();
    }

    /** Waits for this many of them. */
    List<AuditedRequest> audited(String inPath, int number) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> proxy.audit().stream()
                                .flatMap(record -> record.request().stream())
                                .filter(request -> request.path().orElse("").contains(inPath))
                                .toList(),
                        found -> found.size() >= number);
    }

    /** Remembers what a program said, to be searched at the end. */
    Agent.Finished heard(Agent.Finished finished) {
        said.add(finished.out() + finished.err());
        return finished;
    }

    /** Nothing that arrived bears what the agent has in place of credentials, and nothing that the agent got bears one. */
    void check() {
        assertThat(web.received()).allSatisfy(received -> {
            if (!received.host().startsWith("plain") && !received.host().startsWith("open")) {
                assertThat(received.text()).doesNotContain(DUMMY);
            }
            assertThat(received.text()).doesNotContain(PLACEHOLDER);
        });
        assertThat(said).noneMatch(text -> text.contains(REAL));
    }

    Stream<AuditedRequest> requests() {
        return proxy.audit().stream().flatMap(record -> record.request().stream());
    }

    @Override
    public void close() {
        try {
            check();
        } finally {
            proxy.close();
            web.close();
        }
    }
}
