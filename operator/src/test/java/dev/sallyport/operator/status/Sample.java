package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.status.Counters;
import dev.sallyport.contract.status.Counters.RouteTally;
import dev.sallyport.contract.status.Counters.Tally;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.contract.status.ProxyReport.ConfigState;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.operator.model.Lifecycle.Step;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.SandboxId;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import dev.sallyport.operator.resolve.Reference;
import dev.sallyport.operator.resolve.Resources;
import dev.sallyport.operator.resolve.SandboxResolver;
import dev.sallyport.operator.status.proxy.ProxyObservation;
import dev.sallyport.operator.status.proxy.ProxyObservation.Answer;
import dev.sallyport.operator.status.proxy.ProxyObservation.Failure;
import dev.sallyport.operator.status.proxy.ProxyObservation.Kind;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Facts to start from. */
final class Sample {

    static final String UID = "11111111-2222-3333-4444-555555555555";
    static final Instant NOW = Instant.parse("2030-01-01T12:00:00Z");

    private static final AgentSandbox RESOURCE =
            Resources.sandbox("podTemplate: {spec: {containers: [{name: agent, image: i}]}}");

    private Sample() {}

    static Facts facts(Optional<Pod> pod, Optional<ProxyObservation> proxy) {
        return new Facts(
                new SandboxId("team", "demo", UID, 3),
                accepted(),
                Step.RUN,
                pod.map(PodState::new),
                pod.map(PodState::new),
                Optional.empty(),
                proxy,
                List.of());
    }

    /** The same where agent and proxy have each a pod. */
    static Facts paired(Pod agent, Pod proxy, Optional<ProxyObservation> observation) {
        Facts facts = facts(Optional.of(proxy), observation);
        return new Facts(
                facts.id(),
                facts.verdict(),
                facts.step(),
                Optional.of(new PodState(agent)),
                facts.proxyPod(),
                facts.obstacle(),
                facts.proxy(),
                facts.finals());
    }

    /** The same of a paired sandbox whose agent has no pod yet. */
    static Facts withoutAgent(Facts facts) {
        return new Facts(
                facts.id(),
                facts.verdict(),
                facts.step(),
                Optional.empty(),
                facts.proxyPod(),
                facts.obstacle(),
                facts.proxy(),
                facts.finals());
    }

    static Facts with(Facts facts, Verdict verdict) {
        return new Facts(
                facts.id(),
                verdict,
                facts.step(),
                facts.pod(),
                facts.proxyPod(),
                facts.obstacle(),
                facts.proxy(),
                facts.finals());
    }

    static Facts with(Facts facts, Step step) {
        return new Facts(
                facts.id(),
                facts.verdict(),
                step,
                facts.pod(),
                facts.proxyPod(),
                facts.obstacle(),
                facts.proxy(),
                facts.finals());
    }

    static Facts with(Facts facts, Counters... finals) {
        return new Facts(
                facts.id(),
                facts.verdict(),
                facts.step(),
                facts.pod(),
                facts.proxyPod(),
                facts.obstacle(),
                facts.proxy(),
                List.of(finals));
    }

    static Verdict accepted() {
        return new SandboxResolver(
                        (namespace, selector) -> new Reference.NotFound("none"),
                        namespace -> AllowedHosts.OPTIONAL,
                        Resources.TOKENS,
                        BuiltInProfiles.read())
                .resolve(RESOURCE);
    }

    static Verdict refused(String path) {
        return new Verdict.Refused(List.of(Problem.isolation(path, "it would be open", "remove it")));
    }

    /** A pod whose agent runs behind its proxy. */
    static Pod runningPod() {
        return guardedPod("state: {terminated: {exitCode: 0, message: '" + finding("Enforced", "") + "'}}");
    }

    /** What a guard leaves. */
    static String finding(String outcome, String more) {
        return """
                {"schema":"sallyport.dev/egress-finding/v1","placement":"Sidecar","outcome":"%s",%s"tried":84,"ways":42,\
                "users":["1000:1000","2000:2000"],"millis":120,"open":[],\
                "attempts":[{"result":"Refused","micros":180,"ways":["tcp api-server 10.43.0.1:443"]}]}\
                """.formatted(outcome, more);
    }

    /** The same with another end of the guard. */
    static Pod guardedPod(String guard) {
        return pod("""
                phase: Running
                podIP: 10.42.0.7
                conditions: [{type: Ready, status: "True"}]
                initContainerStatuses:
                - name: egress-guard
                  restartCount: 0
                  %s
                - {name: proxy, restartCount: 0, state: {running: {}}}
                containerStatuses:
                - {name: agent, restartCount: 0, state: {running: {}}}
                """.formatted(guard));
    }

    static Pod pod(String status) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: demo, namespace: team, uid: pod-1}
                spec: {restartPolicy: Never, initContainers: [{name: egress-guard}], containers: [{name: agent, image: i}]}
                status:
                """ + status.indent(2), Pod.class);
    }

    static ProxyObservation answered(ProxyReport report) {
        return new ProxyObservation("pod-1", Optional.of(new Answer(report, NOW)), Optional.empty());
    }

    static ProxyObservation failing(Optional<ProxyReport> last, Kind kind, int count) {
        return new ProxyObservation(
                "pod-1",
                last.map(report -> new Answer(report, NOW)),
                Optional.of(new Failure(kind, "it went wrong", count)));
    }

    static ProxyReport report(Counters counters, CredentialState... credentials) {
        return new ProxyReport(
                ProxyReport.SCHEMA,
                UID,
                "1.0.0",
                NOW.minusSeconds(60),
                true,
                false,
                new ConfigState(3, Optional.empty()),
                List.of(credentials),
                counters,
                AuditHead.NONE);
    }

    static Counters counters(String epoch, long allowed, long denied) {
        Tally tally = new Tally(allowed, denied, 0, 0);
        return new Counters(epoch, tally, Optional.empty(), List.of(new RouteTally("r", tally)));
    }
}
