package dev.sallyport.operator.status.proxy;

/** A question that got no answer to be trusted. The message quotes nothing of what the other side sent. */
final class ProxyException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ProxyObservation.Kind kind;

    ProxyException(ProxyObservation.Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    ProxyObservation.Kind kind() {
        return kind;
    }
}
