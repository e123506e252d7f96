package dev.sallyport.operator.status.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sallyport.contract.admin.RequestSignature;
import dev.sallyport.contract.admin.ResponseSignature;
import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.Tally;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.contract.status.ProxyReport.ConfigState;
import dev.sallyport.operator.status.proxy.ProxyObservation.Kind;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proxy's admin port on loopback, true to the contract unless a test makes it lie. */
final class ProxyPollerIT {

    private static final String UID = "11111111-2222-3333-4444-555555555555";
    private static final ResourceID SANDBOX = new ResourceID("demo", "team");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final OperatorKeys keys = OperatorKeys.generate();
    private final AdminAccess access = keys.access(UID);
    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private final Set<String> nonces = ConcurrentHashMap.newKeySet();
    private final AtomicInteger questions = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Answer answer = ProxyPollerIT::truthfully;
    private volatile long allowed = 1;
    private HttpServer admin = unstarted();
    private ProxyPoller poller = poller(Duration.ofMillis(50));

    @FunctionalInterface
    private interface Answer {
        void to(HttpExchange exchange, byte[] report, byte[] responseKey) throws IOException;
    }

    private static HttpServer unstarted() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private ProxyPoller poller(Duration interval) {
        ProxyClient client = new ProxyClient(keys, admin.getAddress().getPort(), Clock.systemUTC());
        ProxyPoller made =
                new ProxyPoller(client, interval, Duration.ofMillis(20), Clock.systemUTC(), new SimpleMeterRegistry());
        made.setEventHandler(events::add);
        return made;
    }

    @BeforeEach
    void start() {
        admin.createContext("/", this::handle);
        admin.setExecutor(threads);
        admin.start();
    }

    @AfterEach
    void stop() {
        poller.close();
        admin.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            questions.incrementAndGet();
            if (!isSigned(exchange)) {
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            answer.to(
                    exchange, StrictJson.write(report(UID)), Base64.getDecoder().decode(access.responseKey()));
        }
    }

    private boolean isSigned(HttpExchange exchange) {
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(access.publicKey())));
            String nonce = header(exchange, RequestSignature.NONCE_HEADER);
            RequestSignature question = new RequestSignature(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    UID,
                    Long.parseLong(header(exchange, RequestSignature.TIME_HEADER)),
                    nonce);
            return nonces.add(nonce)
                    && question.verify(key, header(exchange, RequestSignature.SIGNATURE_HEADER), Instant.now());
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    private ProxyReport report(String uid) {
        return new ProxyReport(
                ProxyReport.SCHEMA,
                uid,
                "1.0.0",
                Instant.parse("2030-01-01T00:00:00Z"),
                true,
                false,
                new ConfigState(1, Optional.empty()),
                List.of(),
                new Counters("epoch", new Tally(allowed, 0, 0, 0), Optional.empty(), List.of()),
                AuditHead.NONE);
    }

    private static void truthfully(HttpExchange exchange, byte[] report, byte[] key) throws IOException {
        exchange.getResponseHeaders()
                .set(
                        ResponseSignature.HEADER,
                        ResponseSignature.sign(key, header(exchange, RequestSignature.NONCE_HEADER), report));
        exchange.sendResponseHeaders(200, report.length);
        exchange.getResponseBody().write(report);
    }

    private static ProxyTarget target(String podUid) {
        return new ProxyTarget(
                SANDBOX, UID, podUid, InetAddress.getLoopbackAddress().getHostAddress());
    }

    @Test
    void aSignedQuestionGetsAVerifiedAnswerAndWakesTheReconciler() {
        poller.follow(target("pod-1"), true);

        await().atMost(PATIENCE).until(() -> !events.isEmpty());

        assertThat(observation().answer()).isPresent();
        assertThat(observation().failure()).isEmpty();
        assertThat(events)
                .allSatisfy(
                        event -> assertThat(event.getRelatedCustomResourceID()).isEqualTo(SANDBOX));
    }

    @Test
    void aProxyThatSaysTheSameWakesNobodyAndOneThatSaysSomethingNewDoes() {
        poller.follow(target("pod-1"), false);
        await().atMost(PATIENCE).until(() -> !events.isEmpty());

        int asked = questions.get();
        await().atMost(PATIENCE).until(() -> questions.get() > asked + 5);
        assertThat(events).hasSize(1);
        allowed = 2;

        await().atMost(PATIENCE).until(() -> events.size() == 2);
    }

    @Test
    void aSignatureByAnotherKeyIsNotBelieved() {
        answer = (exchange, report, key) -> truthfully(exchange, report, new byte[ResponseSignature.KEY_BYTES]);

        assertFailure(Kind.NOT_AUTHENTIC);
    }

    @Test
    void anAnswerToAnEarlierQuestionIsNotBelieved() {
        answer = (exchange, report, key) -> {
            exchange.getResponseHeaders()
                    .set(ResponseSignature.HEADER, ResponseSignature.sign(key, "an-earlier-nonce-1234", report));
            exchange.sendResponseHeaders(200, report.length);
            exchange.getResponseBody().write(report);
        };

        assertFailure(Kind.NOT_AUTHENTIC);
    }

    @Test
    void theReportOfAnotherSandboxIsNotBelieved() {
        answer = (exchange, report, key) -> truthfully(exchange, StrictJson.write(report("another")), key);

        assertFailure(Kind.NOT_AUTHENTIC);
    }

    @Test
    void aRedirectIsNotFollowed() {
        answer = (exchange, report, key) -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
        };

        assertFailure(Kind.UNREADABLE);
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        answer = (exchange, report, key) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] much = new byte[64 * 1024];
            for (int i = 0; i < 1024; i++) {
                exchange.getResponseBody().write(much);
            }
        };

        assertFailure(Kind.UNREACHABLE);
    }

    @Test
    void anUnknownFieldIsAnError() {
        answer = (exchange, report, key) ->
                truthfully(exchange, "{\"schema\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8), key);

        assertFailure(Kind.UNREADABLE);
    }

    @Test
    void aProxyThatIsNotThereIsUnreachable() {
        admin.stop(0);

        assertFailure(Kind.UNREACHABLE);
    }

    @Test
    void whatOnePodSaidIsNotKeptForTheNext() {
        poller.follow(target("pod-1"), true);
        await().atMost(PATIENCE).until(() -> observation().answer().isPresent());

        answer = (exchange, report, key) -> exchange.sendResponseHeaders(503, -1);
        poller.follow(target("pod-2"), true);

        assertThat(poller.observation(SANDBOX, "pod-1")).isEmpty();
        assertThat(poller.observation(SANDBOX, "pod-2"))
                .hasValueSatisfying(
                        observation -> assertThat(observation.answer()).isEmpty());
    }

    @Test
    void aForgottenProxyIsAskedNoMore() {
        poller.follow(target("pod-1"), true);
        await().atMost(PATIENCE).until(() -> questions.get() > 0);

        poller.forget(SANDBOX);
        int asked = questions.get();

        await().during(Duration.ofMillis(500)).atMost(PATIENCE).until(() -> questions.get() <= asked + 1);
        assertThat(poller.observation(SANDBOX, "pod-1")).isEmpty();
    }

    private ProxyObservation observation() {
        return poller.observation(SANDBOX, "pod-1").orElseThrow();
    }

    private void assertFailure(Kind kind) {
        poller.follow(target("pod-1"), true);

        await().atMost(PATIENCE)
                .until(() -> observation()
                        .failure()
                        .filter(failure -> failure.kind() == kind)
                        .isPresent());

        assertThat(observation().answer()).isEmpty();
        await().atMost(PATIENCE).until(() -> !events.isEmpty());
    }
}
