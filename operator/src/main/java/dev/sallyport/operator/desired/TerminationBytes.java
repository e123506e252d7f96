package dev.sallyport.operator.desired;

/**
 * How long a container's termination message may be. Kubelet leaves 4 KiB of each, and of all in a pod 12 KiB, which it splits
 * evenly over the containers, whether they have one or not (normalizeStatus in kubelet's status_manager.go); a finding that
 * is cut is none.
 */
final class TerminationBytes {

    private static final int OF_ONE = 4096;
    private static final int OF_ALL = 12 * 1024;

    /** Kubelet splits anew when an ephemeral container is added. */
    private static final int ADDED_LATER = 2;

    private static final int LEAST = 256;

    private TerminationBytes() {}

    /**
     * Of each.
     *
     * @param containers of the pod, those of Sallyport and init containers included
     */
    static String each(int containers) {
        int share = OF_ALL / (containers + ADDED_LATER);
        return Integer.toString(Math.max(LEAST, Math.min(OF_ONE, share)));
    }
}
