package dev.sallyport.sidecar.policy.when;

import com.google.re2j.Pattern;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelLateFunctionBindings;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import java.util.Map;

/**
 * A condition in Google's implementation of CEL. Only {@link Condition#compile} leads here: loading that library is what
 * a config without conditions is spared.
 *
 * <p>The tree-walking runtime is used, not the newer planning one, since that one walks through the whole of a map at
 * every step into it, and reports to its listener too late for a cost limit to hold.
 */
final class CelCondition implements Condition {

    static final String METHOD = "request.method";
    static final String HOST = "request.host";
    static final String PATH = "request.path";
    static final String QUERY = "request.query";
    static final String HEADERS = "request.headers";
    static final String CONTENT_TYPE = "request.contentType";
    static final String JSON = "request.json";

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(LONGEST_EXPRESSION)
            .maxParseRecursionDepth(32)
            .maxParseExpressionNodeCount(2_000)
            .maxParseErrorRecoveryLimit(0)
            .comprehensionMaxIterations(10_000)
            .enableHeterogeneousNumericComparisons(true)
            .disableCelStandardEquality(false)
            .build();

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar(METHOD, SimpleType.STRING)
            .addVar(HOST, SimpleType.STRING)
            .addVar(PATH, SimpleType.STRING)
            .addVar(QUERY, MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING)))
            .addVar(HEADERS, MapType.create(SimpleType.STRING, SimpleType.STRING))
            .addVar(CONTENT_TYPE, SimpleType.STRING)
            .addVar(JSON, SimpleType.DYN)
            .build();

    private static final CelRuntime RUNTIME = CelRuntimeFactory.legacyCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            // These two can take quadratic time: bound for each evaluation, with its meter.
            .setStandardFunctions(CelStandardFunctions.newBuilder()
                    .excludeFunctions(StandardFunction.MATCHES, StandardFunction.CONTAINS)
                    .build())
            .build();

    private final CelRuntime.Program program;
    private final ExpressionReads reads;
    private final Map<String, Pattern> patterns;

    private CelCondition(CelRuntime.Program program, ExpressionReads reads, Map<String, Pattern> patterns) {
        this.program = program;
        this.reads = reads;
        this.patterns = patterns;
    }

    static CelCondition compile(String expression) throws InvalidConditionException {
        if (expression.length() > LONGEST_EXPRESSION) {
            throw new InvalidConditionException("longer than " + LONGEST_EXPRESSION + " characters");
        }
        try {
            CelAbstractSyntaxTree tree = COMPILER.compile(expression).getAst();
            CelKind result = tree.getResultType().kind();
            if (result != CelKind.BOOL && result != CelKind.DYN) {
                throw new InvalidConditionException(
                        "yields a " + tree.getResultType().name() + ", not a boolean");
            }
            ExpressionWalk walk = ExpressionWalk.through(tree);
            return new CelCondition(RUNTIME.createProgram(tree), walk.reads(), walk.patterns());
        } catch (CelValidationException e) {
            throw new InvalidConditionException(describe(e));
        } catch (CelEvaluationException | RuntimeException e) {
            throw new InvalidConditionException("can't be compiled: " + e.getMessage());
        }
    }

    private static String describe(CelValidationException e) {
        return e.getErrors().stream().findFirst().map(CelCondition::describe).orElse("not an expression");
    }

    private static String describe(CelIssue issue) {
        String what = issue.getMessage().contains("undeclared reference to 'request'")
                ? "request has method, host, path, query, headers, contentType and json"
                : issue.getMessage();
        return "at " + issue.getSourceLocation().getLine() + ":"
                + (issue.getSourceLocation().getColumn() + 1) + ": " + what;
    }

    @Override
    public boolean needsBody() {
        return reads.body();
    }

    @Override
    public Verdict evaluate(RequestFacts request) {
        return evaluate(request, new CostMeter());
    }

    Verdict evaluate(RequestFacts request, CostMeter meter) {
        RequestVariables variables = new RequestVariables(request, reads);
        try {
            Object result = program.trace(
                    variables, functions(meter), (expression, value) -> meter.step(value, isConcatenation(expression)));
            return switch (result) {
                case Boolean holds when holds -> new Verdict.Allowed();
                case Boolean fails ->
                    new Verdict.Refused(Verdict.Cause.NOT_MET, "The request doesn't meet its rule's condition.");
                default ->
                    new Verdict.Refused(
                            Verdict.Cause.NOT_EVALUABLE,
                            "The rule's condition doesn't yield true or false for this request.");
            };
        } catch (CelEvaluationException | RuntimeException e) {
            // Its message may quote the request.
            return variables.refusal();
        } catch (CostMeter.TooCostly | StackOverflowError e) {
            return new Verdict.Refused(
                    Verdict.Cause.TOO_COSTLY, "The rule's condition takes more work for this request than it may.");
        }
    }

    @SuppressWarnings("Immutable") // made for one evaluation, on one thread
    private CelLateFunctionBindings functions(CostMeter meter) {
        return CelLateFunctionBindings.from(
                CelFunctionBinding.from("contains_string", String.class, String.class, (text, part) -> {
                    meter.search(text, part);
                    return text.contains(part);
                }),
                CelFunctionBinding.from(
                        "matches", String.class, String.class, (text, pattern) -> matches(text, pattern, meter)),
                CelFunctionBinding.from(
                        "matches_string",
                        String.class,
                        String.class,
                        (text, pattern) -> matches(text, pattern, meter)));
    }

    private boolean matches(String text, String literal, CostMeter meter) {
        Pattern pattern = patterns.get(literal);
        if (pattern == null) {
            throw new IllegalStateException("A regular expression that was no literal when it was checked");
        }
        meter.match(text, pattern.programSize());
        return pattern.matcher(text).find();
    }

    private static boolean isConcatenation(CelExpr expression) {
        return expression.getKind() == CelExpr.ExprKind.Kind.CALL
                && expression.call().function().equals("_+_");
    }
}
