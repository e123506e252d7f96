package dev.sallyport.sidecar.audit.verify;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.sidecar.audit.verify.Finding.Kind;
import dev.sallyport.sidecar.audit.verify.RecordReader.Content;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Judges a log, line after line, in constant memory. What it reports as a break is in the log and not of the proxy's making;
 * what it reports as a note may be of either.
 *
 * <p>A line whose bytes cannot be trusted has no hash that its successor could name. So after one, a line is taken on its
 * number alone, and the chain goes on from there.
 */
final class ChainVerifier {

    /** How far back a killed proxy's successor may go on: far more lines than one ever has in hand at once. */
    private static final int REMEMBERED_LINES = 1024;

    private final Findings findings = new Findings();
    private final Summary.Builder summary = new Summary.Builder();
    private final Optional<AuditHead> head;
    private final SandboxWatch sandboxes;
    private final MessageDigest sha256 = sha256();
    private final Map<String, Link> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Link> eldest) {
            return size() > REMEMBERED_LINES;
        }
    };

    /** The line with the highest number of the running chain. */
    private @Nullable Link tip;

    /** What the log's first line names as its predecessor, where that is not in the log. */
    private String unseenPredecessor = "";

    /** Unreadable lines since the tip, of which only the newest is not yet reported. */
    private long damagedLines;

    private @Nullable Damage damage;

    /** The tip and its predecessor do not fit: the next line tells which one was changed. */
    private @Nullable Link doubtedPredecessor;

    /** The tip's bytes are known to be changed, so that its successor names another hash. */
    private boolean tipUntrusted;

    private boolean headSeen;

    /**
     * Begins.
     *
     * @param head a line that must be in the log, known from elsewhere; empty: nothing is known
     * @param sandboxUid whose log it must be; empty: anyone's, but only one's
     */
    ChainVerifier(Optional<AuditHead> head, Optional<String> sandboxUid) {
        this.head = head;
        this.sandboxes = new SandboxWatch(findings, sandboxUid);
    }

    /** Takes the next line. */
    void line(LogLines.Line line, Place place) {
        summary.line();
        switch (RecordReader.read(line)) {
            case Content.Other _ -> summary.other();
            case Content.Damaged damaged -> {
                reportDamage();
                damage = new Damage(place, damaged.problem(), damaged.truncated());
                damagedLines++;
            }
            case Content.Audit audit -> {
                String hash = HexFormat.of().formatHex(sha256.digest(line.bytes()));
                judge(Link.of(audit.record(), hash, place), audit.record());
                if (!line.isEnded()) {
                    findings.add(Kind.NOT_ENDED, place, "the log's last line has no line end");
                }
            }
        }
    }

    /** Ends the log. */
    Summary end() {
        reportDamage();
        if (doubtedPredecessor != null) {
            reportChanged(
                    doubtedPredecessor,
                    "its hash is not the one that the log's last line names, which may be"
                            + " what was changed instead");
            doubtedPredecessor = null;
        }
        if (!headSeen && head.isPresent() && tip != null) {
            long missing = head.get().sequence() - tip.sequence();
            findings.add(
                    Kind.HEAD_NOT_FOUND,
                    tip.place(),
                    missing > 0
                            ? "the log ends here, at number %d; it lacks %s"
                                    .formatted(
                                            tip.sequence(),
                                            range(tip.sequence() + 1, head.get().sequence()))
                            : "no line has the number and the hash of the head that was given");
        }
        return summary.build(tip == null ? Optional.empty() : Optional.of(tip.head()));
    }

    Findings findings() {
        return findings;
    }

    private void judge(Link next, AuditRecord record) {
        Link last = tip;
        if (head.isPresent()
                && head.get().sequence() == next.sequence()
                && head.get().hash().equals(next.hash())) {
            headSeen = true;
        }
        if (next.hash().equals(unseenPredecessor)) {
            findings.add(
                    Kind.OUT_OF_ORDER,
                    next.place(),
                    "this is the line before the log's first: the files may have been given in another order");
        }
        if (last == null) {
            begin(next, record);
        } else if (next.previous().equals(last.hash()) && !tipUntrusted) {
            linked(last, next, record);
        } else {
            unlinked(last, next, record);
        }
    }

    private void begin(Link first, AuditRecord record) {
        reportDamage();
        if (!first.beginsChain()) {
            unseenPredecessor = first.previous();
            findings.add(
                    Kind.BEGINS_IN_THE_MIDDLE,
                    first.place(),
                    "the log begins with number %d: what came before is not known".formatted(first.sequence()));
        }
        accept(first, record);
    }

    /** The line names the tip's hash: nothing between the two was taken out, and the tip is as it was written. */
    private void linked(Link last, Link next, AuditRecord record) {
        long skipped = next.sequence() - last.sequence() - 1;
        if (doubtedPredecessor != null) {
            reportChanged(doubtedPredecessor, "its hash is not the one that the line after it names");
            doubtedPredecessor = null;
        }
        if (next.isStart() && skipped > 0) {
            killed(last, last.sequence(), next);
        } else {
            reportDamage();
            if (skipped != 0) {
                reportChanged(
                        next,
                        "its number is %d, and the line before it is number %d"
                                .formatted(next.sequence(), last.sequence()));
                accept(next.renumbered(last.sequence() + 1), record);
                tipUntrusted = true;
                return;
            }
        }
        accept(next, record);
    }

    private void unlinked(Link last, Link next, AuditRecord record) {
        Link same = remembered.get(next.hash());
        if (same != null) {
            reportDamage();
            findings.add(Kind.DUPLICATE, next.place(), "the line is the one at " + same.place() + " again");
            return;
        }
        if (next.beginsChain()) {
            newChain(next, record);
            return;
        }
        if (sandboxes.isForeign(record.sandbox())) {
            reportDamage();
            findings.add(Kind.FOREIGN_SANDBOX, next.place(), "the line is of another sandbox's log");
            return;
        }
        OptionalLong certain = certainBefore(next);
        if (certain.isPresent() && next.sequence() > last.sequence()) {
            settleDoubt();
            killed(last, certain.getAsLong(), next);
            accept(next, record);
            return;
        }
        broken(last, next, record);
    }

    private void broken(Link last, Link next, AuditRecord record) {
        long expected = last.sequence() + 1 + damagedLines;
        long number = next.sequence();
        reportDamage();
        settleDoubt();
        boolean excused = tipUntrusted || damagedLines > 0;
        if (number < expected) {
            findings.add(
                    Kind.OUT_OF_ORDER,
                    next.place(),
                    "number %d stands after number %d: it was moved, or is not of this log"
                            .formatted(number, expected - 1));
            return;
        }
        if (number > expected) {
            findings.add(Kind.MISSING, next.place(), "before this line, the log lacks " + range(expected, number - 1));
        } else if (!excused) {
            doubtedPredecessor = last;
        }
        accept(next, record);
    }

    /** Two lines did not fit, and the one after them does not fit either: it is the second that was changed. */
    private void settleDoubt() {
        if (doubtedPredecessor != null && tip != null) {
            reportChanged(tip, "it does not fit the lines before and after it");
            tipUntrusted = true;
        }
        doubtedPredecessor = null;
    }

    private void newChain(Link next, AuditRecord record) {
        reportDamage();
        settleDoubt();
        findings.add(
                Kind.NEW_CHAIN,
                next.place(),
                "a proxy with a new state directory began to count from 1: whether lines are missing before this one is"
                        + " not known");
        remembered.clear();
        sandboxes.newChain();
        summary.chain();
        accept(next, record);
    }

    private void killed(Link last, long certain, Link next) {
        long written = last.sequence();
        long leftOut = next.sequence() - written - 1;
        StringBuilder message = new StringBuilder("the proxy had been killed:");
        if (damage != null && damage.truncated() && damagedLines == 1 && leftOut > 0) {
            damage = null;
            message.append(" the line before this one is the beginning of one;");
        }
        reportDamage();
        if (leftOut > 0) {
            message.append(" %s %s; up to as many requests have no line"
                    .formatted(range(written + 1, written + leftOut), leftOut == 1 ? "was left out" : "were left out"));
        }
        if (written > certain) {
            message.append(
                    "%s number %d has no successor that proves it".formatted(leftOut > 0 ? ", and" : "", written));
        }
        summary.leftOut(leftOut);
        findings.add(Kind.KILLED, next.place(), message.toString());
    }

    private void accept(Link next, AuditRecord record) {
        tip = next;
        tipUntrusted = false;
        damagedLines = 0;
        remembered.put(next.hash(), next);
        sandboxes.see(record.sandbox(), next.place());
        summary.record(record, next.place());
    }

    /** The number of the line that a killed proxy's successor goes on from; empty: the line is no such successor's. */
    private OptionalLong certainBefore(Link next) {
        Link certain = remembered.get(next.previous());
        if (!next.isStart()) {
            return OptionalLong.empty();
        }
        if (certain != null) {
            return OptionalLong.of(certain.sequence());
        }
        boolean killedInItsFirstLines = next.previous().equals(AuditRecord.NO_PREVIOUS)
                && remembered.values().stream().anyMatch(Link::beginsChain);
        return killedInItsFirstLines ? OptionalLong.of(0) : OptionalLong.empty();
    }

    private void reportDamage() {
        if (damage != null) {
            findings.add(
                    damage.truncated() ? Kind.TRUNCATED : Kind.NOT_A_RECORD,
                    damage.place(),
                    damage.truncated()
                            ? "the line is the beginning of an audit record, and no more"
                            : "not an audit record: " + damage.problem());
        }
        damage = null;
    }

    private void reportChanged(Link changed, String how) {
        findings.add(Kind.CHANGED, changed.place(), "the line was changed: " + how);
    }

    private static String range(long first, long last) {
        return first == last ? "number " + first : "numbers %d to %d".formatted(first, last);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** A line that may or may not be the beginning of one that a killed proxy wrote: the next one tells. */
    private record Damage(Place place, String problem, boolean truncated) {}
}
