package dev.sallyport.standin;

import dev.sallyport.standin.Listeners.Port;
import dev.sallyport.standin.anthropic.AnthropicApi;
import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Gate;
import dev.sallyport.standin.auth.Keyrings;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.exchange.Dispatcher;
import dev.sallyport.standin.fault.FailingService;
import dev.sallyport.standin.fault.FaultPlan;
import dev.sallyport.standin.fault.FaultService;
import dev.sallyport.standin.fault.PlanApi;
import dev.sallyport.standin.gemini.GeminiApi;
import dev.sallyport.standin.journal.ControlApi;
import dev.sallyport.standin.journal.Journal;
import dev.sallyport.standin.journal.MonotonicClock;
import dev.sallyport.standin.journal.RecordedRequest;
import dev.sallyport.standin.openai.OpenAiApi;
import dev.sallyport.standin.reflect.ReflectService;
import dev.sallyport.standin.tls.TlsMaterial;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Clock;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running stand-in. Serves from {@link #start} to {@link #close}. */
public final class ProviderStandin implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderStandin.class);
    private static final int PATIENCE_SECONDS = 30;

    private final Vertx vertx;
    private final Journal journal;
    private final FaultPlan plan;
    private final Map<Port, Integer> ports;
    private final String bind;
    private final Optional<String> authority;

    private ProviderStandin(
            Vertx vertx,
            Journal journal,
            FaultPlan plan,
            Map<Port, Integer> ports,
            String bind,
            Optional<String> authority) {
        this.vertx = vertx;
        this.journal = journal;
        this.plan = plan;
        this.ports = ports;
        this.bind = bind;
        this.authority = authority;
    }

    /**
     * Starts a stand-in; it serves when this returns.
     *
     * @throws IllegalStateException if a port is taken, or a certificate can't be read or written
     */
    public static ProviderStandin start(StandinOptions options) {
        var clock = new MonotonicClock(Clock.systemUTC());
        var journal = new Journal(clock, options.journalCapacity());
        var plan = new FaultPlan();
        var tls =
                options.https() == null ? null : TlsMaterial.of(options.https().certificate(), clock);
        var vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(options.eventLoops())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        var ports = new ConcurrentHashMap<Port, Integer>();
        try {
            var dispatcher = dispatcher(vertx, options, journal, plan, clock);
            await(vertx.deployVerticle(
                    () -> new Listeners(options, tls, dispatcher, ports),
                    new DeploymentOptions().setInstances(options.eventLoops())));
            var control = await(vertx.createHttpServer()
                    .requestHandler(control(new ControlApi(journal), new PlanApi(plan)))
                    .listen(options.controlPort(), options.controlBind()));
            ports.put(Port.CONTROL, control.actualPort());
        } catch (RuntimeException e) {
            vertx.close();
            throw e;
        }
        LOG.atInfo()
                .addKeyValue("bind", options.bind())
                .addKeyValue("ports", ports)
                .log("Serving");
        return new ProviderStandin(
                vertx,
                journal,
                plan,
                Map.copyOf(ports),
                options.bind(),
                Optional.ofNullable(tls).flatMap(TlsMaterial::authority));
    }

    private static Handler<HttpServerRequest> control(ControlApi journal, PlanApi plan) {
        return request -> (PlanApi.PATH.equals(request.path()) ? plan : journal).handle(request);
    }

    private static Dispatcher dispatcher(
            Vertx vertx, StandinOptions options, Journal journal, FaultPlan plan, InstantSource clock) {
        var keyrings = new Keyrings(options.keyrings());
        var anthropic = new Gate(
                keyrings.of(Provider.ANTHROPIC),
                EnumSet.of(Carrier.X_API_KEY, Carrier.BEARER, Carrier.BASIC, Carrier.OTHER_AUTHORIZATION),
                options.anthropicAccepts());
        var tokens = new Gate(
                keyrings.of(Provider.ANTHROPIC_TOKEN),
                EnumSet.of(Carrier.X_API_KEY, Carrier.BEARER, Carrier.BASIC, Carrier.OTHER_AUTHORIZATION),
                EnumSet.of(Carrier.BEARER));
        var openAi = new Gate(
                keyrings.of(Provider.OPENAI),
                EnumSet.of(Carrier.BEARER, Carrier.BASIC, Carrier.OTHER_AUTHORIZATION),
                EnumSet.of(Carrier.BEARER));
        var gemini = new Gate(
                keyrings.of(Provider.GEMINI),
                EnumSet.of(
                        Carrier.X_GOOG_API_KEY,
                        Carrier.QUERY_KEY,
                        Carrier.BEARER,
                        Carrier.BASIC,
                        Carrier.OTHER_AUTHORIZATION),
                EnumSet.of(Carrier.X_GOOG_API_KEY, Carrier.QUERY_KEY));
        return new Dispatcher(
                vertx,
                journal,
                keyrings,
                List.of(
                        new ReflectService(),
                        new FaultService(),
                        new FailingService(new GeminiApi(gemini, options.eventDelay()), plan),
                        new FailingService(new OpenAiApi(openAi, options.eventDelay(), clock), plan),
                        new FailingService(new AnthropicApi(anthropic, tokens, options.eventDelay()), plan)));
    }

    /** The HTTPS listener's address; empty if there is none. */
    public Optional<URI> https() {
        return uri("https", Port.HTTPS);
    }

    /** The plain listener's address; empty if there is none. */
    public Optional<URI> plain() {
        return uri("http", Port.PLAIN);
    }

    /** The control port. */
    public int controlPort() {
        return ports.getOrDefault(Port.CONTROL, 0);
    }

    /** The certificate that clients have to trust, PEM; empty unless the stand-in made its own. */
    public Optional<String> authority() {
        return authority;
    }

    /** What reached the stand-in, oldest first, requests in progress too. */
    public List<RecordedRequest> requests() {
        return journal.requests();
    }

    /** Forgets what reached it. */
    public void clearRequests() {
        journal.clear();
    }

    /** Which of the coming requests are to fail; nothing at first. */
    public FaultPlan plan() {
        return plan;
    }

    /** Closes the ports and every connection. */
    @Override
    public void close() {
        await(vertx.close());
    }

    private Optional<URI> uri(String scheme, Port port) {
        var host = bind.equals("0.0.0.0") || bind.equals("::") ? "localhost" : bind;
        return Optional.ofNullable(ports.get(port)).map(number -> URI.create(scheme + "://" + host + ":" + number));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new IllegalStateException("not done within " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
