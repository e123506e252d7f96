package dev.sallyport.sidecar.server;

import dev.sallyport.contract.audit.Reason;
import io.netty.buffer.ByteBuf;

/**
 * Finds the end of a request's head while its octets come, and at once what no head may hold: a line that doesn't end in
 * CR LF, a control character, too much of anything. So nobody waits for the end of what can't be taken anyway.
 */
final class HeadScanner {

    private static final int MOST_METHOD_BYTES = 64;

    private final int targetBytes;
    private final int headBytes;
    private int scanned;
    private int lineStart;
    private int requestLine = -1;
    private int targetStart = -1;
    private boolean targetEnded;
    private boolean lineEnded;
    private boolean carriageReturn;

    HeadScanner(int targetBytes, int headBytes) {
        this.targetBytes = targetBytes;
        this.headBytes = headBytes;
    }

    /** Where the request line begins, after an empty line (RFC 9112, section 2.2); counted from the reader index. */
    int requestLine() {
        return Math.max(requestLine, 0);
    }

    /**
     * Goes on where it stopped.
     *
     * @param octets all of the head that has come so far, from the reader index on
     * @return the head's length, its empty line included; -1: there is more of it to come
     * @throws UnreadableHeadException if it will not be a head that can be taken
     */
    int scan(ByteBuf octets) throws UnreadableHeadException {
        int base = octets.readerIndex();
        int length = octets.readableBytes();
        while (scanned < length) {
            int at = scanned++;
            if (end(octets.getByte(base + at), at)) {
                return at + 1;
            }
        }
        return -1;
    }

    private boolean end(byte octet, int at) throws UnreadableHeadException {
        if (octet == Octets.LF) {
            return endLine(at);
        }
        if (carriageReturn) {
            throw UnreadableHeadException.malformed("CR without LF");
        }
        if (at - requestLine() >= headBytes) {
            throw UnreadableHeadException.tooLarge("head too large");
        }
        if (octet == Octets.CR) {
            carriageReturn = true;
        } else if (!Octets.isField(octet & 0xff)) {
            throw UnreadableHeadException.malformed("control character");
        } else if (!lineEnded) {
            inRequestLine(octet, at);
        }
        return false;
    }

    private boolean endLine(int at) throws UnreadableHeadException {
        if (!carriageReturn) {
            throw UnreadableHeadException.malformed("LF without CR");
        }
        carriageReturn = false;
        boolean empty = at - 1 == lineStart;
        lineStart = at + 1;
        if (requestLine < 0) {
            if (at != 1) {
                throw UnreadableHeadException.malformed("no request line");
            }
            requestLine = lineStart;
            return false;
        }
        if (empty && !lineEnded) {
            throw UnreadableHeadException.malformed("no request line");
        }
        lineEnded = true;
        return empty;
    }

    private void inRequestLine(byte octet, int at) throws UnreadableHeadException {
        if (requestLine < 0) {
            requestLine = lineStart;
        }
        if (targetStart < 0) {
            if (octet == Octets.SP) {
                targetStart = at + 1;
            } else if (at - requestLine >= MOST_METHOD_BYTES) {
                throw UnreadableHeadException.malformed("method too long");
            }
        } else if (octet == Octets.SP) {
            targetEnded = true;
        } else if (!targetEnded && at - targetStart >= targetBytes) {
            throw new UnreadableHeadException(Reason.TARGET_TOO_LONG, "target too long");
        }
    }
}
