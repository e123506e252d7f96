package dev.sallyport.sidecar.audit.verify;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.audit.AuditRecord.Event;

/**
 * What the chain needs of a line.
 *
 * @param sequence its number
 * @param previous the hash that it names
 * @param hash its own
 * @param event what it records
 * @param place where it stands
 */
record Link(long sequence, String previous, String hash, Event event, Place place) {

    static Link of(AuditRecord record, String hash, Place place) {
        return new Link(record.sequence(), record.previous(), hash, record.event(), place);
    }

    boolean isStart() {
        return event == Event.PROXY_STARTED;
    }

    /** Whether it is the first line of a state directory. */
    boolean beginsChain() {
        return isStart() && sequence == 1 && previous.equals(AuditRecord.NO_PREVIOUS);
    }

    Link renumbered(long number) {
        return new Link(number, previous, hash, event, place);
    }

    AuditHead head() {
        return new AuditHead(sequence, hash);
    }
}
