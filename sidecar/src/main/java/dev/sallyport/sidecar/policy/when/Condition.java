package dev.sallyport.sidecar.policy.when;

/**
 * An expression in the Common Expression Language that must hold for a request to pass. It may read
 *
 * <table>
 * <caption>What an expression may read</caption>
 * <tr><td>{@code request.method}</td><td>string</td><td>as sent, such as {@code "POST"}</td></tr>
 * <tr><td>{@code request.host}</td><td>string</td><td>in lower case, without port</td></tr>
 * <tr><td>{@code request.path}</td><td>string</td><td>in the normal form that rules' paths are matched on</td></tr>
 * <tr><td>{@code request.query}</td><td>map(string, list(string))</td><td>each name with all its values in their order,
 * decoded: {@code request.query.state == ["open"]} holds if {@code state} is there once. Where a query could be read in
 * two ways (broken percent-encoding, not UTF-8, a NUL, a semicolon), reading it is an error</td></tr>
 * <tr><td>{@code request.headers}</td><td>map(string, string)</td><td>names in lower case; several fields of one name
 * joined by {@code ", "}</td></tr>
 * <tr><td>{@code request.contentType}</td><td>string</td><td>the media type in lower case, without parameters; empty if
 * there is none; several are an error</td></tr>
 * <tr><td>{@code request.json}</td><td>dyn</td><td>the body, if it is JSON and is sent as such; else an error</td></tr>
 * </table>
 *
 * <p>An error is a refusal, unless CEL itself makes nothing of it ({@code true || error} is true).
 *
 * <p>Safe for use by several threads at once.
 */
public interface Condition {

    /** In characters. */
    int LONGEST_EXPRESSION = 4096;

    /**
     * Compiles and checks an expression. The first call in a process loads the CEL library, which takes up to a second:
     * a config without conditions never does. Not for event loops.
     *
     * @throws InvalidConditionException if it isn't one that yields a boolean; the message says where and why
     */
    static Condition compile(String expression) throws InvalidConditionException {
        return CelCondition.compile(expression);
    }

    /** Whether {@link #evaluate} reads the body, so that it must be there as a whole before the request is sent on. */
    boolean needsBody();

    /**
     * Whether the request meets it. Takes microseconds without a body; with one, at most about a second and some
     * five times the body's memory, whatever the body is: not for event loops then.
     *
     * @return never throws: what goes wrong is a refusal
     */
    Verdict evaluate(RequestFacts request);
}
