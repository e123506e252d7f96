package dev.sallyport.sidecar.policy.when;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Goes through a checked expression once, to learn what it reads and to refuse what can't be bounded when it runs. */
final class ExpressionWalk {

    /** Instructions of a compiled regular expression. */
    private static final int LARGEST_PATTERN = 500;

    private final CelAbstractSyntaxTree tree;
    private final Map<String, Pattern> patterns = new HashMap<>();
    private final Set<String> members = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private boolean body;
    private boolean allMembers;

    private ExpressionWalk(CelAbstractSyntaxTree tree) {
        this.tree = tree;
    }

    static ExpressionWalk through(CelAbstractSyntaxTree tree) throws InvalidConditionException {
        ExpressionWalk walk = new ExpressionWalk(tree);
        walk.visit(tree.getExpr());
        return walk;
    }

    ExpressionReads reads() {
        return new ExpressionReads(body, allMembers, members, names);
    }

    /** Its regular expressions by their text, which is a literal. */
    Map<String, Pattern> patterns() {
        return Map.copyOf(patterns);
    }

    private void visit(CelExpr expression) throws InvalidConditionException {
        if (isVariable(expression, CelCondition.JSON)) {
            body = true;
            allMembers = true;
            return;
        }
        if (isVariable(expression)) {
            return;
        }
        switch (expression.getKind()) {
            case SELECT -> {
                names.add(expression.select().field());
                checkHeaderName(
                        expression.select().operand(), expression.select().field());
                visitContainer(
                        expression.select().operand(), expression.select().field());
            }
            case CALL -> visitCall(expression);
            case LIST -> visitAll(expression.list().elements());
            case MAP -> {
                for (CelExpr.CelMap.Entry entry : expression.map().entries()) {
                    visit(entry.key());
                    visit(entry.value());
                }
            }
            case STRUCT -> {
                for (CelExpr.CelStruct.Entry entry : expression.struct().entries()) {
                    visit(entry.value());
                }
            }
            case COMPREHENSION -> {
                CelExpr.CelComprehension loop = expression.comprehension();
                visitAll(List.of(
                        loop.iterRange(), loop.accuInit(), loop.loopCondition(), loop.loopStep(), loop.result()));
            }
            case CONSTANT, IDENT, NOT_SET -> {}
        }
    }

    private void visitCall(CelExpr expression) throws InvalidConditionException {
        CelExpr.CelCall call = expression.call();
        List<CelExpr> operands = new ArrayList<>();
        call.target().ifPresent(operands::add);
        operands.addAll(call.args());
        switch (call.function()) {
            case "_[_]" -> {
                CelExpr key = operands.get(1);
                if (isText(key)) {
                    String name = key.constant().stringValue();
                    names.add(name);
                    checkHeaderName(operands.get(0), name);
                    visitContainer(operands.get(0), name);
                } else {
                    visitAll(operands);
                }
            }
            case "@in" -> {
                if (isText(operands.get(0))) {
                    String name = operands.get(0).constant().stringValue();
                    names.add(name);
                    checkHeaderName(operands.get(1), name);
                }
                visitAll(operands);
            }
            case "matches" -> {
                addPattern(operands.get(1));
                visitAll(operands);
            }
            default -> visitAll(operands);
        }
    }

    /** Visits what a member is read of. */
    private void visitContainer(CelExpr container, String member) throws InvalidConditionException {
        if (isVariable(container, CelCondition.JSON)) {
            body = true;
            members.add(member);
        } else {
            visit(container);
        }
    }

    private void visitAll(List<CelExpr> expressions) throws InvalidConditionException {
        for (CelExpr expression : expressions) {
            visit(expression);
        }
    }

    private void addPattern(CelExpr argument) throws InvalidConditionException {
        if (!isText(argument)) {
            throw new InvalidConditionException("matches() takes a literal for its regular expression");
        }
        String text = argument.constant().stringValue();
        Pattern pattern;
        try {
            pattern = Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidConditionException("matches(): " + e.getMessage());
        }
        if (pattern.programSize() > LARGEST_PATTERN) {
            throw new InvalidConditionException("matches(): the regular expression is too large: "
                    + pattern.programSize() + " instructions, at most " + LARGEST_PATTERN);
        }
        patterns.put(text, pattern);
    }

    private void checkHeaderName(CelExpr container, String name) throws InvalidConditionException {
        if (isVariable(container, CelCondition.HEADERS) && !name.equals(name.toLowerCase(Locale.ROOT))) {
            throw new InvalidConditionException(
                    "request.headers has its names in lower case: write \"" + name.toLowerCase(Locale.ROOT) + "\"");
        }
    }

    private boolean isVariable(CelExpr expression, String name) {
        return isVariable(expression)
                && tree.getReference(expression.id())
                        .map(CelReference::name)
                        .filter(name::equals)
                        .isPresent();
    }

    /** The checker puts a reference on a qualified name as a whole, such as {@code request.json}. */
    private boolean isVariable(CelExpr expression) {
        return switch (expression.getKind()) {
            case SELECT, IDENT -> tree.getReference(expression.id()).isPresent();
            case CALL, CONSTANT, LIST, MAP, STRUCT, COMPREHENSION, NOT_SET -> false;
        };
    }

    private static boolean isText(CelExpr expression) {
        return expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE;
    }
}
