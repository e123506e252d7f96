package dev.sallyport.operator.dependent;

import dev.sallyport.operator.model.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Applies objects other than the pod. What is as it was applied last is left alone; what somebody else has changed or
 * deleted is applied again.
 */
final class OwnedObjects {

    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Names.FIELD_MANAGER)
            .withForce(false)
            .build();

    private static final PatchContext FORCE = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Names.FIELD_MANAGER)
            .withForce(true)
            .build();

    private final KubernetesClient client;
    private final Map<Key, Applied> applied = new ConcurrentHashMap<>();

    private record Key(String ownerUid, Class<?> type, String name) {}

    private record Applied(HasMetadata desired, String resourceVersion) {}

    OwnedObjects(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Applies one object.
     *
     * @param desired with exactly one owner
     * @return the object as it is now
     * @throws NameTakenException if an object of the name belongs to somebody else
     */
    <T extends HasMetadata> T apply(T desired, Cached cached) {
        String owner = Ownership.owner(desired);
        Key key = new Key(owner, desired.getClass(), desired.getMetadata().getName());
        @SuppressWarnings("unchecked")
        Optional<T> seen =
                cached.find((Class<T>) desired.getClass(), desired.getMetadata().getName());
        Applied last = applied.get(key);
        if (last != null
                && last.desired().equals(desired)
                && seen.filter(object ->
                                object.getMetadata().getResourceVersion().equals(last.resourceVersion()))
                        .isPresent()) {
            return seen.get();
        }
        Resource<T> resource = client.resource(desired);
        boolean ours = isOurs(seen.orElseGet(resource::get), desired, owner);
        T result = write(resource, ours, desired);
        applied.put(key, new Applied(desired, result.getMetadata().getResourceVersion()));
        return result;
    }

    /** Forgets what was applied for a sandbox that is gone. */
    void forget(String ownerUid) {
        applied.keySet().removeIf(key -> key.ownerUid().equals(ownerUid));
    }

    private static boolean isOurs(
            @org.jspecify.annotations.Nullable HasMetadata existing, HasMetadata desired, String owner) {
        if (existing == null) {
            return false;
        }
        if (!Ownership.isOwnedBy(existing, owner)) {
            throw new NameTakenException(
                    desired.getKind(), desired.getMetadata().getName());
        }
        return true;
    }

    private static <T extends HasMetadata> T write(Resource<T> resource, boolean ours, T desired) {
        try {
            return resource.patch(ours ? FORCE : APPLY);
        } catch (KubernetesClientException e) {
            if (!ours && e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                // Somebody made it since we looked.
                throw new NameTakenException(
                        desired.getKind(), desired.getMetadata().getName());
            }
            throw e;
        }
    }
}
