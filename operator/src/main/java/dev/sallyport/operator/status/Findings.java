package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.AgentSandboxStatus;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import dev.sallyport.operator.model.Lifecycle.Step;
import dev.sallyport.operator.model.PodState;
import dev.sallyport.operator.model.Problem;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.status.proxy.ProxyObservation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What each condition says of the facts. */
final class Findings {

    private static final int LONGEST_MESSAGE = 32_768;

    private final Facts facts;
    private final @Nullable AgentSandboxStatus before;

    private Findings(Facts facts, @Nullable AgentSandboxStatus before) {
        this.facts = facts;
        this.before = before;
    }

    static Map<ConditionType, Finding> of(Facts facts, @Nullable AgentSandboxStatus before) {
        Findings findings = new Findings(facts, before);
        Finding credentials =
                findings.known(ConditionType.CredentialsResolved).orElseGet(findings::credentialsResolved);
        Finding proxy = findings.known(ConditionType.ProxyReady).orElseGet(findings::proxyReady);
        Map<ConditionType, Finding> all = new EnumMap<>(ConditionType.class);
        all.put(ConditionType.Accepted, findings.accepted());
        all.put(ConditionType.CredentialsResolved, credentials);
        all.put(ConditionType.ProxyReady, proxy);
        Finding egress = EgressFindings.of(facts.pod());
        all.put(ConditionType.EgressEnforced, egress);
        all.put(ConditionType.Ready, findings.ready(credentials, proxy, egress));
        all.put(ConditionType.Suspended, findings.suspended());
        all.put(ConditionType.Finished, findings.finished());
        return all;
    }

    /** What the status says of the proxy already, where nothing newer is known. */
    private Optional<Finding> known(ConditionType type) {
        return facts.isUnaskedButReady()
                ? StatusComposer.find(before, type)
                        .map(condition -> new Finding(condition.status(), condition.reason(), condition.message()))
                : Optional.empty();
    }

    private Finding accepted() {
        return switch (facts.verdict()) {
            case Verdict.Accepted ignored -> Finding.yes("Valid", "The spec is valid");
            case Verdict.Refused refused ->
                Finding.no(refused.problems().getFirst().reason().code(), text(refused.problems()));
        };
    }

    private static String text(List<Problem> problems) {
        String text = problems.stream().map(Problem::text).collect(Collectors.joining("\n"));
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 1) + "…";
    }

    private Optional<ProxyReport> report() {
        return facts.proxy().flatMap(ProxyObservation::answer).map(ProxyObservation.Answer::report);
    }

    private Finding credentialsResolved() {
        if (report().filter(Findings::serves).isEmpty()) {
            return Finding.unknown("NotObserved", "No proxy has reported on them yet");
        }
        List<CredentialState> credentials = report().get().credentials();
        List<CredentialState> missing = in(CredentialState.State.MISSING, credentials);
        if (!missing.isEmpty()) {
            return Finding.no(
                    "SecretMissing",
                    missing.stream()
                                    .map(state -> "Secret " + state.secret() + " has no key " + state.key()
                                            + ", or does not exist")
                                    .collect(Collectors.joining("; "))
                            + ". The sandbox goes on by itself once it is there");
        }
        List<CredentialState> invalid = in(CredentialState.State.INVALID, credentials);
        if (!invalid.isEmpty()) {
            return Finding.no(
                    "SecretInvalid",
                    invalid.stream()
                            .map(state -> "Secret " + state.secret() + ", key " + state.key() + ": "
                                    + state.message().orElse("not usable"))
                            .collect(Collectors.joining("; ")));
        }
        return credentials.isEmpty()
                ? Finding.yes("NoneNeeded", "No route has a credential")
                : Finding.yes("Resolved", "The proxy holds every credential");
    }

    private static List<CredentialState> in(CredentialState.State state, List<CredentialState> credentials) {
        return credentials.stream()
                .filter(credential -> credential.state() == state)
                .toList();
    }

    private Finding proxyReady() {
        if (facts.pod().filter(PodState::isFinished).isPresent()) {
            return Finding.no("Finished", "The proxy ended with the agent");
        }
        if (facts.proxyPod().isEmpty()) {
            return Finding.no("NoPod", "There is no pod");
        }
        PodState pod = facts.proxyPod().get();
        if (pod.isTerminating()) {
            return Finding.no("Terminating", "The pod is being deleted");
        }
        Optional<ProxyObservation.Failure> failure = facts.proxy().flatMap(ProxyObservation::lasting);
        if (failure.isPresent() && failure.get().kind() == ProxyObservation.Kind.NOT_AUTHENTIC) {
            return Finding.no("NotAuthentic", capital(failure.get().message()));
        }
        if (!pod.isProxyRunning() && !pod.isReady()) {
            return pod.obstacle()
                    .map(obstacle -> Finding.no(obstacle.reason(), capital(obstacle.message())))
                    .orElseGet(() -> Finding.no("Starting", "The proxy's container is not running yet"));
        }
        if (failure.isPresent()) {
            return switch (failure.get().kind()) {
                case UNREACHABLE ->
                    facts.proxy().flatMap(ProxyObservation::answer).isEmpty() && !pod.isReady()
                            ? Finding.no("Starting", "The proxy does not answer yet")
                            : Finding.no("Unreachable", capital(failure.get().message()));
                case UNREADABLE, NOT_AUTHENTIC ->
                    Finding.no("Unreadable", capital(failure.get().message()));
            };
        }
        Finding answered = report().map(Findings::proxyReady)
                .orElseGet(() -> Finding.no("Starting", "The proxy has not been asked yet"));
        return answered.isTrue() && facts.hasPairedProxy() && !pod.isReady()
                ? Finding.no(
                        "NotReady", "The proxy takes requests; its Service leads to it once kubelet finds it ready")
                : answered;
    }

    private static boolean serves(ProxyReport report) {
        return report.config().generation() > 0 || report.config().problem().isEmpty();
    }

    private static Finding proxyReady(ProxyReport report) {
        if (report.stopping()) {
            return Finding.no("Stopping", "The proxy lets running requests end and takes no new ones");
        }
        if (report.config().problem().isPresent()) {
            return Finding.no(
                    "ConfigRejected",
                    "The proxy cannot use its newest configuration and serves "
                            + (serves(report) ? "generation " + report.config().generation() : "nothing") + ": "
                            + report.config().problem().get());
        }
        return report.ready()
                ? Finding.yes("Serving", "The proxy takes requests")
                : Finding.no("NotReady", "The proxy takes no requests yet: it waits for its credentials");
    }

    private Finding ready(Finding credentials, Finding proxy, Finding egress) {
        Optional<Finding> stopped = stopped();
        if (stopped.isPresent()) {
            return stopped.get();
        }
        if (facts.pod().isEmpty()) {
            return withoutPod(credentials, proxy);
        }
        PodState pod = facts.pod().get();
        if (egress.isFalse() && !pod.isTerminating()) {
            return Finding.no(egress.reason(), egress.message());
        }
        if (pod.isFinished()) {
            return Finding.no("Finished", capital(pod.exits()));
        }
        if (pod.isTerminating()) {
            return Finding.no("Terminating", "The pod is being deleted");
        }
        if (credentials.isFalse()) {
            return Finding.no(credentials.reason(), credentials.message());
        }
        if (!proxy.isTrue()) {
            return Finding.no(proxy.reason(), proxy.message());
        }
        if (!pod.isReady()) {
            return pod.obstacle()
                    .map(obstacle -> Finding.no(obstacle.reason(), capital(obstacle.message())))
                    .orElseGet(() -> Finding.no("PodNotReady", "The agent's containers are not ready"));
        }
        return facts.verdict() instanceof Verdict.Refused
                ? Finding.yes("EarlierSpec", "The agent runs by the last spec that was accepted")
                : Finding.yes("Running", "The agent runs behind its proxy");
    }

    /** A paired proxy has its pod first, and what it waits for the agent waits for. */
    private Finding withoutPod(Finding credentials, Finding proxy) {
        if (facts.verdict() instanceof Verdict.Refused) {
            return Finding.no("NotAccepted", "The spec is not accepted, and no earlier one runs");
        }
        if (facts.proxyPod().isPresent() && credentials.isFalse()) {
            return Finding.no(credentials.reason(), credentials.message());
        }
        return facts.proxyPod().isPresent() && !proxy.isTrue()
                ? Finding.no(proxy.reason(), proxy.message())
                : Finding.no("PodMissing", "The pod is being created");
    }

    private Optional<Finding> stopped() {
        if (facts.step() == Step.SUSPEND) {
            return Optional.of(Finding.no("Suspended", "The sandbox is suspended"));
        }
        if (facts.step() != Step.RUN) {
            return Optional.of(Finding.no("ShutdownTimeReached", "The sandbox's shutdown time has come"));
        }
        return facts.obstacle().map(obstacle -> Finding.no(obstacle.reason(), capital(obstacle.message())));
    }

    private Finding suspended() {
        if (facts.step() == Step.RUN) {
            return Finding.no("Running", "The sandbox is to run");
        }
        if (facts.pod().isPresent() || facts.proxyPod().isPresent()) {
            return Finding.no("Terminating", "The pod is being deleted");
        }
        return facts.step() == Step.SUSPEND
                ? Finding.yes("Suspended", "The pod is gone; claimed volumes are kept")
                : Finding.yes("ShutdownTimeReached", "The pod is gone; claimed volumes are kept");
    }

    private Finding finished() {
        if (facts.pod().isEmpty() || !facts.pod().get().isFinished()) {
            return Finding.no("NotFinished", "The agent has not ended");
        }
        PodState pod = facts.pod().get();
        return Finding.yes(pod.isSucceeded() ? "Succeeded" : "Failed", capital(pod.exits()));
    }

    private static String capital(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
