package dev.sallyport.operator.model;

/**
 * One thing that is wrong with a resource.
 *
 * @param path the field, as {@code kubectl explain} spells it, with indices: {@code spec.routes[0].hosts[1]}
 * @param reason what kind of problem it is
 * @param message what is wrong, one sentence without a full stop
 * @param remedy what to do about it, one sentence without a full stop
 */
public record Problem(String path, Reason reason, String message, String remedy) {

    /** The kinds of problem: the reason of {@code Accepted=False} is the first problem's. */
    public enum Reason {
        /** Would undo the isolation. */
        IsolationUndone("IsolationUndone"),
        /** In the schema, but not in this release. */
        NotSupported("NotSupported"),
        /** A value that has no meaning here. */
        Invalid("InvalidSpec"),
        /** A name that Sallyport needs itself, or that is there twice. */
        Conflict("NameConflict"),
        /** Names something that is not there. */
        ReferenceNotFound("ReferenceNotFound");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        /** As a condition's reason spells it. */
        public String code() {
            return code;
        }
    }

    public static Problem isolation(String path, String message, String remedy) {
        return new Problem(path, Reason.IsolationUndone, message, remedy);
    }

    public static Problem notSupported(String path, String message, String remedy) {
        return new Problem(path, Reason.NotSupported, message, remedy);
    }

    public static Problem invalid(String path, String message, String remedy) {
        return new Problem(path, Reason.Invalid, message, remedy);
    }

    public static Problem conflict(String path, String message, String remedy) {
        return new Problem(path, Reason.Conflict, message, remedy);
    }

    public static Problem notFound(String path, String message, String remedy) {
        return new Problem(path, Reason.ReferenceNotFound, message, remedy);
    }

    /** {@code path: message; remedy.} */
    public String text() {
        return path + ": " + message + "; " + remedy + ".";
    }
}
