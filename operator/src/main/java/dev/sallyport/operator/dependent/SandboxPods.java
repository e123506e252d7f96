package dev.sallyport.operator.dependent;

import dev.sallyport.operator.model.Happening;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Obstacle;
import dev.sallyport.operator.model.PodState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pod: created rather than applied, so that a pod of somebody else's can't be taken over; replaced when what cannot be
 * changed in it has changed; otherwise touched.
 */
final class SandboxPods {

    private static final int HTTP_UNPROCESSABLE = 422;

    private static final PatchContext TOUCH = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(Names.FIELD_MANAGER)
            .build();

    private final KubernetesClient client;

    SandboxPods(KubernetesClient client) {
        this.client = client;
    }

    /** Brings the pod to what is desired, one step at a time: the next one follows when the cluster has taken this. */
    Outcome bring(Pod desired, Optional<Pod> seen) {
        if (seen.isEmpty()) {
            return create(desired);
        }
        Pod pod = seen.get();
        if (!Ownership.isOwnedBy(pod, Ownership.owner(desired))) {
            return Outcome.none().but(taken(desired));
        }
        PodState state = new PodState(pod);
        if (state.isTerminating()) {
            return Outcome.of(pod);
        }
        if (state.isLost()) {
            delete(pod);
            return Outcome.of(pod)
                    .and(Happening.warning("PodReplaced", "Replace", "The pod was lost: " + state.exits()));
        }
        Optional<String> reason = reasonToReplace(desired, pod);
        if (reason.isPresent()) {
            return replace(desired, pod, reason.get());
        }
        if (!state.isFinished() && !Objects.equals(configHash(pod), configHash(desired))) {
            touch(desired);
            return Outcome.of(pod)
                    .and(Happening.normal(
                            "ConfigChanged", "Configure", "The proxy was given a new configuration without a restart"));
        }
        return Outcome.of(pod);
    }

    /** Makes the pod go away. */
    Outcome remove(String ownerUid, Optional<Pod> seen) {
        Optional<Pod> ours = seen.filter(pod -> Ownership.isOwnedBy(pod, ownerUid));
        if (ours.isEmpty()) {
            return Outcome.none();
        }
        if (new PodState(ours.get()).isTerminating()) {
            return Outcome.of(ours.get());
        }
        delete(ours.get());
        return Outcome.of(ours.get()).and(Happening.normal("PodDeleted", "Suspend", "The pod is being deleted"));
    }

    private Outcome create(Pod desired) {
        try {
            // The field manager of a creation is the client's user agent, which main sets to the same name.
            Pod created = client.resource(desired).create();
            return Outcome.of(created).and(Happening.normal("PodCreated", "Create", "The pod was created"));
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> existing(desired);
                case HTTP_UNPROCESSABLE, HttpURLConnection.HTTP_BAD_REQUEST, HttpURLConnection.HTTP_FORBIDDEN ->
                    Outcome.none().but(refusal(e));
                default -> throw e;
            };
        }
    }

    /** Either our own, not seen by the watch yet, or somebody else's. */
    private Outcome existing(Pod desired) {
        Pod pod = client.resource(desired).get();
        if (pod == null) {
            return Outcome.none();
        }
        return Ownership.isOwnedBy(pod, Ownership.owner(desired))
                ? Outcome.of(pod)
                : Outcome.none().but(taken(desired));
    }

    private Outcome replace(Pod desired, Pod pod, String reason) {
        Optional<Obstacle> refusal = wouldBeRefused(desired);
        if (refusal.isPresent()) {
            // The last good pod stays.
            return Outcome.of(pod).but(refusal.get());
        }
        delete(pod);
        return Outcome.of(pod).and(Happening.normal("PodReplaced", "Replace", reason));
    }

    /** Asks the API server whether it would take the new pod, before the old one goes. */
    private Optional<Obstacle> wouldBeRefused(Pod desired) {
        Pod trial = new PodBuilder(desired)
                .editMetadata()
                .withName(null)
                .withGenerateName(desired.getMetadata().getName() + "-")
                .endMetadata()
                .build();
        try {
            client.resource(trial).dryRun().create();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            boolean refused = e.getCode() == HTTP_UNPROCESSABLE
                    || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
                    || (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN && !isQuota(e));
            return refused ? Optional.of(refusal(e)) : Optional.empty();
        }
    }

    /** The old pod still uses what the new one would. */
    private static boolean isQuota(KubernetesClientException e) {
        return String.valueOf(e.getMessage()).contains("exceeded quota");
    }

    private static Obstacle refusal(KubernetesClientException e) {
        String message = e.getStatus() == null || e.getStatus().getMessage() == null
                ? "the API server refused the pod"
                : e.getStatus().getMessage();
        return new Obstacle(e.getCode() == HttpURLConnection.HTTP_FORBIDDEN ? "PodForbidden" : "PodInvalid", message);
    }

    private static Obstacle taken(Pod desired) {
        return new Obstacle(
                "NameTaken",
                "a pod " + desired.getMetadata().getName()
                        + " exists and does not belong to the sandbox: delete it, or give the sandbox another name");
    }

    private static Optional<String> reasonToReplace(Pod desired, Pod pod) {
        if (!Objects.equals(annotation(pod, Names.TEMPLATE_HASH), annotation(desired, Names.TEMPLATE_HASH))) {
            return Optional.of("The pod template, a variable that a route sets or the proxy's resources changed");
        }
        if (!MountedKeys.of(pod).containsAll(MountedKeys.of(desired))) {
            return Optional.of("A route names a Secret or key that the pod does not mount");
        }
        return Optional.empty();
    }

    private void delete(Pod pod) {
        client.resource(pod).delete();
    }

    /** kubelet looks at a pod's volumes at once when the pod changes, and else about every minute. */
    private void touch(Pod desired) {
        Pod patch = new PodBuilder()
                .withNewMetadata()
                .addToAnnotations(Names.CONFIG_HASH, configHash(desired))
                .endMetadata()
                .build();
        client.resource(desired).patch(TOUCH, patch);
    }

    private static @Nullable String configHash(Pod pod) {
        return annotation(pod, Names.CONFIG_HASH);
    }

    private static @Nullable String annotation(Pod pod, String name) {
        return pod.getMetadata().getAnnotations() == null
                ? null
                : pod.getMetadata().getAnnotations().get(name);
    }
}
