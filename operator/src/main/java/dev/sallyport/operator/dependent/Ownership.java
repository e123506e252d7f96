package dev.sallyport.operator.dependent;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Whose an object is. */
final class Ownership {

    private Ownership() {}

    /** Whether its controller is the object with this UID. */
    static boolean isOwnedBy(HasMetadata object, String uid) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController())
                        && owner.getUid().equals(uid));
    }

    /** The UID of its controller, as the desired state has it. */
    static String owner(HasMetadata desired) {
        return desired.getMetadata().getOwnerReferences().getFirst().getUid();
    }
}
