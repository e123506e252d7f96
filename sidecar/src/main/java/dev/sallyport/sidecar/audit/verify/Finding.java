package dev.sallyport.sidecar.audit.verify;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * What a reader of the log must know.
 *
 * @param kind what it is
 * @param place at which line it shows
 * @param message what it means, in words; quotes nothing of the log but numbers and hashes
 */
record Finding(Kind kind, Place place, String message) {

    /** What can be found. */
    enum Kind {
        /** The first line's predecessors are not in the log. */
        BEGINS_IN_THE_MIDDLE("BeginsInTheMiddle", false),
        /** A proxy with a new state directory began to count anew. */
        NEW_CHAIN("NewChain", false),
        /** A proxy was killed: some numbers have no line, or its last lines have no successor that proves them. */
        KILLED("Killed", false),
        /** The proxy was given the configuration of another sandbox. */
        SANDBOX_CHANGED("SandboxChanged", false),
        /** The log's last line has no line end. */
        NOT_ENDED("NotEnded", false),
        NOT_A_RECORD("NotARecord", true),
        TRUNCATED("Truncated", true),
        CHANGED("Changed", true),
        MISSING("Missing", true),
        OUT_OF_ORDER("OutOfOrder", true),
        DUPLICATE("Duplicate", true),
        FOREIGN_SANDBOX("ForeignSandbox", true),
        /** The log does not hold the line that was named as its head. */
        HEAD_NOT_FOUND("HeadNotFound", true);

        private final String code;
        private final boolean broken;

        Kind(String code, boolean broken) {
            this.code = code;
            this.broken = broken;
        }

        /** As it is written everywhere, in PascalCase. */
        @JsonValue
        String code() {
            return code;
        }

        /** Whether the log is not what the proxy wrote, or not all of it. */
        boolean isBreak() {
            return broken;
        }
    }
}
