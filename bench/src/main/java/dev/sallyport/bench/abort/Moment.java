package dev.sallyport.bench.abort;

/** When the client goes away. */
enum Moment {
    /** The upstream has the request and says nothing. */
    AWAITING("awaiting the answer"),
    /** Events come, now and then. */
    IN_ANSWER("in a stream of events"),
    /** The client reads nothing of an answer without end, everything between is full. */
    BLOCKED_ANSWER("in an answer that it does not read"),
    /** The upstream reads nothing of a body, some of which was sent. */
    IN_UPLOAD("in an upload that nobody reads"),
    /** The same, and everything between is full: HTTP/1.1 goes away with a reset, as an end would queue behind the body. */
    BLOCKED_UPLOAD("in an upload, everything full");

    private final String label;

    Moment(String label) {
        this.label = label;
    }

    /** As a column's text. */
    String label() {
        return label;
    }
}
