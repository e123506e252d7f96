package dev.sallyport.operator.status;

import dev.sallyport.api.v1alpha1.ConditionStatus;

/**
 * A condition without its times.
 *
 * @param reason a word for programs
 * @param message a sentence for people
 */
record Finding(ConditionStatus status, String reason, String message) {

    static Finding yes(String reason, String message) {
        return new Finding(ConditionStatus.True, reason, message);
    }

    static Finding no(String reason, String message) {
        return new Finding(ConditionStatus.False, reason, message);
    }

    static Finding unknown(String reason, String message) {
        return new Finding(ConditionStatus.Unknown, reason, message);
    }

    boolean isTrue() {
        return status == ConditionStatus.True;
    }

    boolean isFalse() {
        return status == ConditionStatus.False;
    }
}
