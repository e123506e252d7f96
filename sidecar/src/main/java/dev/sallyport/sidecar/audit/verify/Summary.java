package dev.sallyport.sidecar.audit.verify;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a log holds.
 *
 * @param lines all lines, from 0
 * @param records those that are audit records in their place
 * @param otherLines those that are meant to be something else
 * @param requests how many of the records are requests
 * @param decisions how many requests each decision has
 * @param starts how often a proxy began
 * @param stops how often one ended in order
 * @param chains state directories that were begun within the log, and the one that it begins with
 * @param leftOut numbers that killed proxies left without a line
 * @param first the first record
 * @param last the last record
 * @param head the last record's number and hash, to be compared with what the proxy's status said at that time
 */
record Summary(
        long lines,
        long records,
        long otherLines,
        long requests,
        Map<Decision, Long> decisions,
        long starts,
        long stops,
        long chains,
        long leftOut,
        Optional<Mark> first,
        Optional<Mark> last,
        Optional<AuditHead> head) {

    /**
     * A record in the log.
     *
     * @param sequence its number
     * @param time its time
     * @param place where it stands
     */
    record Mark(@JsonProperty long sequence, Instant time, Place place) {}

    /** Counts as the lines come. */
    static final class Builder {

        private final Map<Decision, Long> decisions = new EnumMap<>(Decision.class);
        private long lines;
        private long records;
        private long other;
        private long requests;
        private long starts;
        private long stops;
        private long chains = 1;
        private long leftOut;
        private @Nullable Mark first;
        private @Nullable Mark last;

        Builder() {
            for (Decision decision : Decision.values()) {
                decisions.put(decision, 0L);
            }
        }

        void line() {
            lines++;
        }

        void other() {
            other++;
        }

        void chain() {
            chains++;
        }

        void leftOut(long numbers) {
            leftOut += numbers;
        }

        void record(AuditRecord record, Place place) {
            records++;
            last = new Mark(record.sequence(), record.time(), place);
            if (first == null) {
                first = last;
            }
            switch (record.event()) {
                case REQUEST -> {
                    requests++;
                    record.request().ifPresent(request -> decisions.merge(request.decision(), 1L, Long::sum));
                }
                case PROXY_STARTED -> starts++;
                case PROXY_STOPPED -> stops++;
            }
        }

        Summary build(Optional<AuditHead> head) {
            return new Summary(
                    lines,
                    records,
                    other,
                    requests,
                    Collections.unmodifiableMap(new EnumMap<>(decisions)),
                    starts,
                    stops,
                    records == 0 ? 0 : chains,
                    leftOut,
                    Optional.ofNullable(first),
                    Optional.ofNullable(last),
                    head);
        }
    }
}
