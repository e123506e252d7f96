package dev.sallyport.operator.dependent;

/** An object of the name is there and belongs to somebody else. It is left alone. */
final class NameTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NameTakenException(String kind, String name) {
        super(kind + " " + name + " exists and does not belong to the sandbox");
    }
}
