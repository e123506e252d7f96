package dev.sallyport.sidecar.audit.verify;

import com.fasterxml.jackson.annotation.JsonProperty;

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
        @JsonProperty("BeginsInTheMiddle")
        BEGINS_IN_THE_MIDDLE(false),
        /** A proxy with a new state directory began to count anew. */
        @JsonProperty("NewChain")
        NEW_CHAIN(false),
        /** A proxy was killed: some numbers have no line, or its last lines have no successor that proves them. */
        @JsonProperty("Killed")
        KILLED(false),
        /** The proxy was given the configuration of another sandbox. */
        @JsonProperty("SandboxChanged")
        SANDBOX_CHANGED(false),
        /** The log's last line has no line end. */
        @JsonProperty("NotEnded")
        NOT_ENDED(false),
        @JsonProperty("NotARecord")
        NOT_A_RECORD(true),
        @JsonProperty("Truncated")
        TRUNCATED(true),
        @JsonProperty("Changed")
        CHANGED(true),
        @JsonProperty("Missing")
        MISSING(true),
        @JsonProperty("OutOfOrder")
        OUT_OF_ORDER(true),
        @JsonProperty("Duplicate")
        DUPLICATE(true),
        @JsonProperty("ForeignSandbox")
        FOREIGN_SANDBOX(true),
        /** The log does not hold the line that was named as its head. */
        @JsonProperty("HeadNotFound")
        HEAD_NOT_FOUND(true);

        private final boolean broken;

        Kind(boolean broken) {
            this.broken = broken;
        }

        /** Whether the log is not what the proxy wrote, or not all of it. */
        boolean isBreak() {
            return broken;
        }
    }
}
