package dev.sallyport.operator.status;

import dev.sallyport.contract.status.Counters;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Last counters of pods that are gone, kept until a status holds them. By the sandbox's {@code metadata.uid}. */
public final class FinalReports {

    /** Of more pods than this the status would have had to be written meanwhile. */
    private static final int MOST = 8;

    private final Map<String, Deque<Counters>> bySandbox = new ConcurrentHashMap<>();

    /** Notes what a pod left. */
    public void add(String sandboxUid, List<Counters> counters) {
        if (counters.isEmpty()) {
            return;
        }
        bySandbox.compute(sandboxUid, (uid, before) -> {
            Deque<Counters> all = before == null ? new ArrayDeque<>() : new ArrayDeque<>(before);
            all.addAll(counters);
            while (all.size() > MOST) {
                all.removeFirst();
            }
            return all;
        });
    }

    /** All that is noted, oldest first. */
    public List<Counters> of(String sandboxUid) {
        return List.copyOf(bySandbox.getOrDefault(sandboxUid, new ArrayDeque<>()));
    }

    /** Forgets what a status holds now. */
    public void written(String sandboxUid, List<Counters> counters) {
        bySandbox.computeIfPresent(sandboxUid, (uid, all) -> {
            Deque<Counters> rest = new ArrayDeque<>(all);
            rest.removeAll(counters);
            return rest.isEmpty() ? null : rest;
        });
    }

    /** Forgets a sandbox that is gone. */
    public void forget(String sandboxUid) {
        bySandbox.remove(sandboxUid);
    }
}
