package dev.sallyport.sidecar.audit.verify;

import java.util.ArrayList;
import java.util.List;

/** What has been found: the first ones in full, the rest as a number, as a log may be wrong in every line. */
final class Findings {

    /** How many are kept. */
    static final int MOST_KEPT = 100;

    private final List<Finding> kept = new ArrayList<>();
    private long breaks;
    private long notes;

    void add(Finding.Kind kind, Place place, String message) {
        if (kind.isBreak()) {
            breaks++;
        } else {
            notes++;
        }
        // Notes must not crowd out what breaks the log.
        long ofItsSort = kind.isBreak() ? breaks : notes;
        if (ofItsSort <= MOST_KEPT) {
            kept.add(new Finding(kind, place, message));
        }
    }

    /** In the order in which they were found, at most {@value #MOST_KEPT} breaks and as many notes. */
    List<Finding> kept() {
        return List.copyOf(kept);
    }

    long breaks() {
        return breaks;
    }

    long notes() {
        return notes;
    }
}
