package dev.sallyport.sidecar.policy.when;

import dev.cel.runtime.CelVariableResolver;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An expression's variables for one request, each read when it is first asked for. Used by one thread. */
final class RequestVariables implements CelVariableResolver {

    private static final Pattern JSON_TYPE = Pattern.compile("application/(json|[-!#$&^_.+a-z0-9]+\\+json)");
    private static final Pattern UTF8_PARAMETER = Pattern.compile("\\s*;\\s*charset=\"?utf-8\"?\\s*");

    private final RequestFacts request;
    private final ExpressionReads reads;
    private final Map<String, Object> found = new LinkedHashMap<>();
    private @Nullable UnreadableException unreadable;
    private boolean bodyIsUnreadable;

    RequestVariables(RequestFacts request, ExpressionReads reads) {
        this.request = request;
        this.reads = reads;
    }

    @Override
    public Optional<Object> find(String name) {
        Object value = found.get(name);
        if (value == null) {
            value = read(name);
            found.put(name, value);
        }
        if (value instanceof UnreadableException e) {
            throw e;
        }
        return Optional.of(value);
    }

    private Object read(String name) {
        try {
            return switch (name) {
                case CelCondition.METHOD -> request.method();
                case CelCondition.HOST -> request.host();
                case CelCondition.PATH -> request.path();
                case CelCondition.QUERY -> QueryParameters.parse(request.query());
                case CelCondition.HEADERS -> headers();
                case CelCondition.CONTENT_TYPE -> contentType();
                case CelCondition.JSON -> json();
                default -> throw new UnreadableException("it names what no request has");
            };
        } catch (UnreadableException e) {
            if (unreadable == null) {
                unreadable = e;
                bodyIsUnreadable = name.equals(CelCondition.JSON);
            }
            return e;
        }
    }

    /** Why an evaluation ended in an error. */
    Verdict.Refused refusal() {
        UnreadableException e = unreadable;
        return e == null
                ? new Verdict.Refused(
                        Verdict.Cause.NOT_EVALUABLE,
                        "The rule's condition reads a field that the request doesn't have, or that is of another"
                                + " type.")
                : new Verdict.Refused(
                        bodyIsUnreadable ? Verdict.Cause.BODY_UNUSABLE : Verdict.Cause.NOT_EVALUABLE,
                        "The rule's condition can't be evaluated for this request: " + e.explanation() + ".");
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Map.Entry<String, String> field : request.headers()) {
            headers.merge(
                    field.getKey().toLowerCase(Locale.ROOT), field.getValue(), (first, next) -> first + ", " + next);
        }
        return headers;
    }

    private String contentType() {
        String whole = only("content-type").toLowerCase(Locale.ROOT);
        int parameters = whole.indexOf(';');
        return (parameters < 0 ? whole : whole.substring(0, parameters)).strip();
    }

    private Object json() {
        String type = contentType();
        if (!JSON_TYPE.matcher(type).matches()) {
            throw new UnreadableException("its Content-Type isn't application/json");
        }
        String whole = only("content-type").toLowerCase(Locale.ROOT);
        int parameters = whole.indexOf(';');
        if (parameters >= 0
                && whole.substring(parameters).contains("charset")
                && !UTF8_PARAMETER.matcher(whole.substring(parameters)).matches()) {
            throw new UnreadableException("its Content-Type has a charset other than utf-8");
        }
        String encoding = only("content-encoding").strip();
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            throw new UnreadableException("its body has a Content-Encoding");
        }
        ByteBuffer body = request.body().orElse(null);
        if (body == null || !body.hasRemaining()) {
            throw new UnreadableException("its body is empty");
        }
        return JsonBody.parse(body, reads);
    }

    /** The one field of that name; empty if there is none. */
    private String only(String name) {
        String value = null;
        for (Map.Entry<String, String> field : request.headers()) {
            if (field.getKey().equalsIgnoreCase(name)) {
                if (value != null) {
                    throw new UnreadableException("it has several fields " + name);
                }
                value = field.getValue();
            }
        }
        return value == null ? "" : value;
    }
}
