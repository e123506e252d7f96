package dev.sallyport.standin.journal;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** The requests that were seen, oldest first; when it is full the oldest is forgotten. Safe for all threads. */
public final class Journal {
    /** How many body chunks and how many events are remembered of one request. */
    public static final int MARKS = 2048;

    private final InstantSource clock;
    private final int capacity;
    private final Queue<Entry> entries = new ArrayDeque<>();
    private long lastSequence;
    private long forgotten;

    /**
     * @param clock should not go back, or durations between marks will
     * @param capacity how many requests are remembered; 0 remembers none
     */
    public Journal(InstantSource clock, int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("the journal's capacity is negative: " + capacity);
        }
        this.clock = clock;
        this.capacity = capacity;
    }

    /** Opens an entry for a request whose head was just read. */
    public synchronized Entry open(String id, RequestHead head) {
        var entry = new Entry(clock, ++lastSequence, id, head);
        entries.add(entry);
        while (entries.size() > capacity) {
            entries.remove();
            forgotten++;
        }
        return entry;
    }

    /** All that is remembered, oldest first, requests in progress too. */
    public List<RecordedRequest> requests() {
        return page(0).requests();
    }

    /**
     * What came after that request.
     *
     * @param since a sequence number; 0 is before the first request
     */
    public Page page(long since) {
        List<Entry> selected;
        long last;
        long lost;
        synchronized (this) {
            selected =
                    entries.stream().filter(entry -> entry.sequence() > since).toList();
            last = lastSequence;
            lost = forgotten;
        }
        return new Page(selected.stream().map(Entry::record).toList(), last, lost);
    }

    /** Forgets all requests; sequence numbers go on. */
    public synchronized void clear() {
        entries.clear();
        forgotten = 0;
    }

    /**
     * A part of the journal.
     *
     * @param requests oldest first
     * @param lastSequence of the newest request ever seen: where to go on; 0 if none was
     * @param forgotten how many requests were dropped for want of room since the journal was last cleared
     */
    public record Page(List<RecordedRequest> requests, long lastSequence, long forgotten) {}
}
