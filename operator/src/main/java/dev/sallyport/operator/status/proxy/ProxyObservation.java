package dev.sallyport.operator.status.proxy;

import dev.sallyport.contract.status.ProxyReport;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of one proxy.
 *
 * @param podUid the pod that it runs in
 * @param answer its newest answer; empty: it never gave one
 * @param failure what has gone wrong since; empty: the newest question was answered
 */
public record ProxyObservation(String podUid, Optional<Answer> answer, Optional<Failure> failure) {

    /** Failed questions in a row until a proxy that has answered before counts as lost. */
    private static final int PATIENCE = 3;

    /** A verified answer. */
    public record Answer(ProxyReport report, Instant at) {}

    /**
     * Questions without an answer.
     *
     * @param kind what went wrong last
     * @param message the same for people, without what the other side sent
     * @param count how many in a row, from 1
     */
    public record Failure(Kind kind, String message, int count) {}

    /** What can go wrong. */
    public enum Kind {
        /** No connection, or no answer in time. */
        UNREACHABLE,
        /** It answered, but not with a report. */
        UNREADABLE,
        /** The answer is not signed by the sandbox's proxy, or speaks of another sandbox. */
        NOT_AUTHENTIC
    }

    static ProxyObservation none(String podUid) {
        return new ProxyObservation(podUid, Optional.empty(), Optional.empty());
    }

    ProxyObservation answered(ProxyReport report, Instant at) {
        return new ProxyObservation(podUid, Optional.of(new Answer(report, at)), Optional.empty());
    }

    ProxyObservation failed(Kind kind, String message) {
        int count = failure.filter(before -> before.kind() == kind)
                        .map(Failure::count)
                        .orElse(0)
                + 1;
        return new ProxyObservation(podUid, answer, Optional.of(new Failure(kind, message, count)));
    }

    /** A failure that is no passing trouble; empty: there is none. One that is not authentic counts at once. */
    public Optional<Failure> lasting() {
        return failure.filter(f -> f.kind() == Kind.NOT_AUTHENTIC || answer.isEmpty() || f.count() >= PATIENCE);
    }

    /** Whether the sandbox's status would say something else, but for the time. */
    boolean saysTheSameAs(ProxyObservation other) {
        return podUid.equals(other.podUid)
                && answer.map(Answer::report).equals(other.answer.map(Answer::report))
                && lasting().map(Failure::kind).equals(other.lasting().map(Failure::kind));
    }
}
