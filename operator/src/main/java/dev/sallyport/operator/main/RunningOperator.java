package dev.sallyport.operator.main;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.operator.dependent.SandboxObjects;
import dev.sallyport.operator.desired.Platform;
import dev.sallyport.operator.observability.EventPublisher;
import dev.sallyport.operator.observability.HealthServer;
import dev.sallyport.operator.observability.SandboxGauges;
import dev.sallyport.operator.reconciler.SandboxReconciler;
import dev.sallyport.operator.resolve.ClusterConfigMapValues;
import dev.sallyport.operator.resolve.SandboxResolver;
import dev.sallyport.operator.status.proxy.OperatorKeys;
import dev.sallyport.operator.status.proxy.ProxyPoller;
import dev.sallyport.operator.status.proxy.SigningKeySecret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operator that works, from {@link #start} until it is closed. */
final class RunningOperator implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RunningOperator.class);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final long FIRST_RETRY_MILLIS = 500;
    private static final long LONGEST_RETRY_MILLIS = 60_000;

    private final Operator operator;
    private final HealthServer health;
    private final JvmGcMetrics gcMetrics;
    private final AtomicBoolean stopping;

    private RunningOperator(Operator operator, HealthServer health, JvmGcMetrics gcMetrics, AtomicBoolean stopping) {
        this.operator = operator;
        this.stopping = stopping;
        this.health = health;
        this.gcMetrics = gcMetrics;
    }

    /**
     * Starts to work, as a leader or in waiting.
     *
     * @param nameservers the DNS servers of the proxies where the options name none
     * @throws IOException if the health port is taken
     */
    static RunningOperator start(
            KubernetesClient client, OperatorOptions options, List<String> nameservers, Clock clock)
            throws IOException {
        Platform platform = options.platform(nameservers);
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        JvmGcMetrics gcMetrics = bindJvm(meters);
        AtomicReference<Operator> started = new AtomicReference<>();
        HealthServer health = new HealthServer(
                options.httpPort,
                () -> {
                    Operator operator = started.get();
                    return operator != null
                            && operator.getRuntimeInfo().isStarted()
                            && operator.getRuntimeInfo().allEventSourcesAreHealthy();
                },
                meters);
        OperatorKeys keys = new SigningKeySecret(client, options.namespace, options.signingKeySecret).readOrCreate();
        AtomicBoolean stopping = new AtomicBoolean();
        Operator operator = new Operator(overrider -> configure(overrider, client, options, meters, stopping));
        operator.register(
                new SandboxReconciler(
                        new SandboxResolver(
                                new ClusterConfigMapValues(client),
                                options.allowedHosts(client),
                                keys::placeholder,
                                options.profiles()),
                        new SandboxObjects(client),
                        platform,
                        keys,
                        new ProxyPoller(keys, options.pollInterval(), options.fastPollInterval(), clock, meters),
                        new EventPublisher(client, options.identity, clock, meters),
                        new SandboxGauges(meters),
                        clock),
                overrider -> configure(overrider, options));
        operator.start();
        started.set(operator);
        return new RunningOperator(operator, health, gcMetrics, stopping);
    }

    private static void configure(
            ConfigurationServiceOverrider overrider,
            KubernetesClient client,
            OperatorOptions options,
            PrometheusMeterRegistry meters,
            AtomicBoolean stopping) {
        overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withConcurrentReconciliationThreads(options.threads)
                .withReconciliationTerminationTimeout(STOP_TIMEOUT)
                .withUseSSAToPatchPrimaryResource(false)
                .withMetrics(MicrometerMetrics.withoutPerResourceMetrics(meters));
        if (options.leaderElection) {
            overrider.withLeaderElectionConfiguration(LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(
                            options.lease)
                    .withLeaseNamespace(options.namespace)
                    .withIdentity(options.identity)
                    .withExitOnStopLeading(false)
                    .withLeaderCallbacks(new LeaderCallbacks(() -> {}, () -> leadingEnded(stopping), leader -> {}))
                    .build());
        }
    }

    /** Who has lost the lease without meaning to must not work on beside the next leader: the process ends at once. */
    private static void leadingEnded(AtomicBoolean stopping) {
        if (!stopping.get()) {
            log.atError().log("lease lost, ending");
            Runtime.getRuntime().halt(1);
        }
    }

    private static void configure(ControllerConfigurationOverrider<AgentSandbox> overrider, OperatorOptions options) {
        overrider
                .withName("agentsandbox")
                .withReconciliationMaxInterval(SandboxReconciler.RESYNC)
                .withRetry(new GenericRetry()
                        .setInitialInterval(FIRST_RETRY_MILLIS)
                        .setMaxInterval(LONGEST_RETRY_MILLIS)
                        .withoutMaxAttempts());
        if (options.namespacesToWatch().isEmpty()) {
            overrider.watchingAllNamespaces();
        } else {
            overrider.settingNamespaces(Set.copyOf(options.namespacesToWatch()));
        }
    }

    private static JvmGcMetrics bindJvm(PrometheusMeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        JvmGcMetrics gcMetrics = new JvmGcMetrics();
        gcMetrics.bindTo(meters);
        return gcMetrics;
    }

    int httpPort() {
        return health.port();
    }

    @Override
    public void close() {
        stopping.set(true);
        operator.stop();
        health.close();
        gcMetrics.close();
    }
}
