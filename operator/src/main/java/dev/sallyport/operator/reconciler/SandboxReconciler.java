package dev.sallyport.operator.reconciler;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.api.v1alpha1.ConditionStatus;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.operator.dependent.Cached;
import dev.sallyport.operator.dependent.Outcome;
import dev.sallyport.operator.dependent.SandboxObjects;
import dev.sallyport.operator.desired.DesiredState;
import dev.sallyport.operator.desired.Platform;
import dev.sallyport.operator.model.Lifecycle;
import dev.sallyport.operator.model.Lifecycle.Step;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.model.Sandbox;
import dev.sallyport.operator.model.SandboxId;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.observability.EventPublisher;
import dev.sallyport.operator.observability.SandboxGauges;
import dev.sallyport.operator.resolve.SandboxResolver;
import dev.sallyport.operator.status.ConditionType;
import dev.sallyport.operator.status.DenialSummaries;
import dev.sallyport.operator.status.Facts;
import dev.sallyport.operator.status.FinalReports;
import dev.sallyport.operator.status.Happenings;
import dev.sallyport.operator.status.StatusComposer;
import dev.sallyport.operator.status.proxy.OperatorKeys;
import dev.sallyport.operator.status.proxy.ProxyObservation;
import dev.sallyport.operator.status.proxy.ProxyPoller;
import dev.sallyport.operator.status.proxy.ProxyTarget;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes each AgentSandbox what it says it should be. */
public final class SandboxReconciler implements Reconciler<AgentSandbox> {

    /** References are read anew and forgotten drift is found at least this often. */
    public static final Duration RESYNC = Duration.ofMinutes(5);

    /** What stands in the way may go without anybody telling. */
    private static final Duration TRY_AGAIN = Duration.ofSeconds(15);

    private final SandboxResolver resolver;
    private final SandboxObjects objects;
    private final Platform platform;
    private final OperatorKeys keys;
    private final ProxyPoller poller;
    private final StatusComposer composer;
    private final EventPublisher events;
    private final SandboxGauges gauges;
    private final DenialSummaries denials;
    private final Clock clock;
    private final FinalReports finalReports = new FinalReports();

    public SandboxReconciler(
            SandboxResolver resolver,
            SandboxObjects objects,
            Platform platform,
            OperatorKeys keys,
            ProxyPoller poller,
            EventPublisher events,
            SandboxGauges gauges,
            Clock clock) {
        this.resolver = resolver;
        this.objects = objects;
        this.platform = platform;
        this.keys = keys;
        this.poller = poller;
        this.composer = new StatusComposer(clock);
        this.events = events;
        this.gauges = gauges;
        this.denials = new DenialSummaries(clock);
        this.clock = clock;
    }

    @Override
    public UpdateControl<AgentSandbox> reconcile(AgentSandbox resource, Context<AgentSandbox> context) {
        if (resource.isMarkedForDeletion()) {
            return UpdateControl.noUpdate();
        }
        SandboxId id = SandboxResolver.id(resource);
        Lifecycle lifecycle = SandboxResolver.lifecycle(resource);
        Instant now = clock.instant();
        Step step = lifecycle.at(now);
        if (step == Step.DELETE) {
            context.getClient().resource(resource).delete();
            return UpdateControl.noUpdate();
        }
        Verdict verdict = resolver.resolve(resource);
        Outcome outcome = apply(id, verdict, step, new ContextCache(context));
        Facts facts = observe(id, verdict, step, outcome);
        AgentSandboxStatus before = resource.getStatus();
        AgentSandboxStatus after = writeStatus(resource, facts, context);
        tell(resource, outcome, before, after);
        return UpdateControl.<AgentSandbox>noUpdate().rescheduleAfter(next(lifecycle.nextChange(now), facts, after));
    }

    private Outcome apply(SandboxId id, Verdict verdict, Step step, Cached cached) {
        return switch (verdict) {
            case Verdict.Accepted accepted ->
                objects.bring(
                        id,
                        DesiredState.service(accepted.sandbox()),
                        service -> desired(accepted.sandbox(), service),
                        step,
                        cached);
            case Verdict.Refused ignored -> objects.keep(id, step, cached);
        };
    }

    private DesiredState desired(Sandbox sandbox, Optional<String> service) {
        String uid = sandbox.id().uid();
        return service.map(address ->
                        DesiredState.paired(sandbox, keys.access(uid), keys.proxyToken(uid), address, platform))
                .orElseGet(() -> DesiredState.sidecar(sandbox, keys.access(uid), platform));
    }

    private Facts observe(SandboxId id, Verdict verdict, Step step, Outcome outcome) {
        Optional<PodState> pod = outcome.pod().map(PodState::new);
        Optional<PodState> proxyPod = outcome.proxy().map(PodState::new);
        Optional<ProxyObservation> proxy = proxyPod.flatMap(state -> observeProxy(id, verdict, state));
        if (proxyPod.isEmpty()) {
            poller.forget(new ResourceID(id.name(), id.namespace()));
        }
        List<Counters> finals = new ArrayList<>(finalReports.of(id.uid()));
        proxyPod.ifPresent(state -> finals.addAll(state.finalCounters(id.uid())));
        return new Facts(id, verdict, step, pod, proxyPod, outcome.obstacle(), proxy, finals);
    }

    private Optional<ProxyObservation> observeProxy(SandboxId id, Verdict verdict, PodState pod) {
        ResourceID sandbox = new ResourceID(id.name(), id.namespace());
        Optional<ProxyObservation> known = poller.observation(sandbox, pod.uid());
        if (pod.isFinished() || pod.address().isEmpty()) {
            // Nobody is there to ask. What the proxy said last still counts.
            return known;
        }
        boolean settled = known.filter(observation ->
                        isSettled(observation, verdict instanceof Verdict.Accepted ? id.generation() : 0))
                .isPresent();
        poller.follow(
                new ProxyTarget(sandbox, id.uid(), pod.uid(), pod.address().get()), !settled);
        return poller.observation(sandbox, pod.uid());
    }

    /** Whether nothing is awaited of the proxy: it serves, and by this generation or a later one. */
    private static boolean isSettled(ProxyObservation observation, long generation) {
        return observation.failure().isEmpty()
                && observation
                        .answer()
                        .filter(answer -> answer.report().ready()
                                && answer.report().config().generation() >= generation)
                        .isPresent();
    }

    /**
     * Under optimistic locking: the totals and the bookkeeping that they rest on are one write, composed anew on a newer
     * copy if somebody else has written.
     */
    private AgentSandboxStatus writeStatus(AgentSandbox resource, Facts facts, Context<AgentSandbox> context) {
        AgentSandboxStatus after = composer.compose(resource.getStatus(), facts);
        if (!after.equals(resource.getStatus())) {
            AgentSandbox written;
            try {
                written = PrimaryUpdateAndCacheUtils.updateStatusAndCacheResource(resource, context, current -> {
                    current.setStatus(composer.compose(current.getStatus(), facts));
                    return current;
                });
            } catch (OperatorException e) {
                if (e.getCause() instanceof KubernetesClientException cause
                        && cause.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    // Deleted meanwhile: nobody is left to tell.
                    return after;
                }
                throw e;
            }
            after = written.getStatus();
        }
        finalReports.written(facts.id().uid(), facts.finals());
        return after;
    }

    private void tell(AgentSandbox resource, Outcome outcome, AgentSandboxStatus before, AgentSandboxStatus after) {
        String uid = resource.getMetadata().getUid();
        gauges.set(
                uid,
                StatusComposer.find(after, ConditionType.Ready)
                        .filter(ready -> ready.status() == ConditionStatus.True)
                        .isPresent());
        outcome.happenings().forEach(happening -> events.publish(resource, happening));
        Happenings.between(before, after).forEach(happening -> events.publish(resource, happening));
        denials.due(uid, before == null ? null : before.audit(), after.audit())
                .forEach(happening -> events.publish(resource, happening));
    }

    /**
     * When to look again.
     *
     * @param change time until another step is due, counted from when this one was chosen: were it counted from now, a
     *     shutdown time that has come meanwhile would be missed
     */
    private Duration next(Optional<Duration> change, Facts facts, AgentSandboxStatus after) {
        boolean stuck = facts.obstacle().isPresent() || facts.verdict() instanceof Verdict.Refused;
        return Stream.of(
                        Optional.of(stuck ? TRY_AGAIN : RESYNC),
                        change,
                        denials.wait(facts.id().uid(), after.audit()))
                .flatMap(Optional::stream)
                .min(Duration::compareTo)
                .map(wait -> wait.plusMillis(1))
                .orElse(RESYNC);
    }

    @Override
    public List<EventSource<?, AgentSandbox>> prepareEventSources(EventSourceContext<AgentSandbox> context) {
        return List.of(
                new PodEventSource(watch(Pod.class), context, finalReports, this::forget),
                new InformerEventSource<>(watch(ConfigMap.class), context),
                new InformerEventSource<>(watch(ServiceAccount.class), context),
                new InformerEventSource<>(watch(NetworkPolicy.class), context),
                new InformerEventSource<>(watch(PersistentVolumeClaim.class), context),
                new InformerEventSource<>(watch(Service.class), context),
                poller);
    }

    private static <T extends HasMetadata> InformerEventSourceConfiguration<T> watch(Class<T> type) {
        return InformerEventSourceConfiguration.from(type, AgentSandbox.class)
                .withLabelSelector(Names.SANDBOX_LABEL)
                .withNamespacesInheritedFromController()
                .build();
    }

    private void forget(AgentSandbox sandbox) {
        String uid = sandbox.getMetadata().getUid();
        poller.forget(ResourceID.fromResource(sandbox));
        objects.forget(uid);
        denials.forget(uid);
        finalReports.forget(uid);
        gauges.forget(uid);
    }

    /** The watches' caches, as JOSDK hands them to a reconciliation. */
    private record ContextCache(Context<AgentSandbox> context) implements Cached {
        @Override
        public <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
            return context.getSecondaryResourcesAsStream(type)
                    .filter(object -> object.getMetadata().getName().equals(name))
                    .findFirst();
        }
    }
}
