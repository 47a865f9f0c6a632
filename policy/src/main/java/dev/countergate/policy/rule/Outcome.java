package dev.countergate.policy.rule;

import dev.cel.common.ast.CelExpr;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What an expression comes to, whatever the call: told of comparisons of facts; anything else may come to nothing. */
enum Outcome {
    /** True or false. */
    FLAG,
    /** A whole number. */
    NUMBER,
    /** Some value. */
    VALUE,
    /** Perhaps none, since it may fail. */
    PERHAPS_NONE;

    private static final Set<String> TEXTS =
            Set.of(
                    "request.kind",
                    "request.method",
                    "request.host",
                    "request.path",
                    "request.document",
                    "request.targets",
                    "principal.id",
                    "principal.person",
                    "environment",
                    "now",
                    "tool.name",
                    "tool.effect",
                    "tool.risk");

    static Outcome of(CelExpr expression) {
        return switch (expression.getKind()) {
            case CONSTANT ->
                    switch (expression.constant().getKind()) {
                        case BOOLEAN_VALUE -> FLAG;
                        case INT64_VALUE -> NUMBER;
                        default -> VALUE;
                    };
            case IDENT -> fact(expression);
            case SELECT -> expression.select().testOnly() ? PERHAPS_NONE : fact(expression);
            case CALL -> call(expression);
            case LIST, STRUCT, MAP, COMPREHENSION, NOT_SET -> PERHAPS_NONE;
        };
    }

    /** Every declared name has a value; what lies deeper in an argument may be missing. */
    private static Outcome fact(CelExpr expression) {
        String path = Names.path(expression).orElse("");
        if (path.equals("tool.reversible")) {
            return FLAG;
        }
        boolean argument = path.startsWith("args.") && path.indexOf('.', "args.".length()) < 0;
        boolean label =
                path.startsWith("tool.labels.") && path.indexOf('.', "tool.labels.".length()) < 0;
        return argument || label || TEXTS.contains(path) ? VALUE : PERHAPS_NONE;
    }

    private static Outcome call(CelExpr expression) {
        List<CelExpr> operands = expression.call().args();
        return switch (expression.call().function()) {
            case "_&&_", "_||_", "!_" -> flagIfAll(operands, Set.of(FLAG));
            case "_==_", "_!=_" -> flagIfAll(operands, Set.of(FLAG, NUMBER, VALUE));
            case "_<_", "_<=_", "_>_", "_>=_" -> flagIfAll(operands, Set.of(NUMBER));
            case "_[_]" -> fact(expression);
            case "size" -> isTargets(operands) ? NUMBER : PERHAPS_NONE;
            default -> PERHAPS_NONE;
        };
    }

    private static boolean isTargets(List<CelExpr> operands) {
        return operands.size() == 1
                && Names.path(operands.getFirst()).equals(Optional.of("request.targets"));
    }

    private static Outcome flagIfAll(List<CelExpr> operands, Set<Outcome> wanted) {
        return operands.stream().map(Outcome::of).allMatch(wanted::contains) ? FLAG : PERHAPS_NONE;
    }
}
