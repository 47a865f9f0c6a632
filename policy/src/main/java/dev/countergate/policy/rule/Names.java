package dev.countergate.policy.rule;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.countergate.policy.call.Fault;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the names an expression uses that are declared nowhere. */
final class Names {
    private Names() {}

    static List<Fault> undeclared(String rule, CelAbstractSyntaxTree tree, Vocabulary vocabulary) {
        Set<Fault> faults = new LinkedHashSet<>();
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .forEach(
                        node -> {
                            CelExpr expression = node.expr();
                            member(expression)
                                    .ifPresent(
                                            name -> {
                                                String path = path(operand(expression)).orElse("");
                                                Collection<String> declared =
                                                        vocabulary.after(path);
                                                if (declared != null && !declared.contains(name)) {
                                                    faults.add(
                                                            new Fault(
                                                                    rule,
                                                                    "`"
                                                                            + path
                                                                            + "."
                                                                            + name
                                                                            + "` is declared nowhere",
                                                                    declared.isEmpty()
                                                                            ? "declare it, or mend the name"
                                                                            : "use one of "
                                                                                    + String.join(
                                                                                            ", ",
                                                                                            declared
                                                                                                    .stream()
                                                                                                    .sorted()
                                                                                                    .toList())));
                                                }
                                            });
                        });
        return List.copyOf(faults);
    }

    /** The member that {@code expression} takes of its operand: {@code a.b} or {@code a["b"]}. */
    private static Optional<String> member(CelExpr expression) {
        if (expression.getKind() == Kind.SELECT) {
            return Optional.of(expression.select().field());
        }
        if (isIndex(expression)) {
            CelExpr key = expression.call().args().get(1);
            if (key.getKind() == Kind.CONSTANT
                    && key.constant().getKind() == CelConstant.Kind.STRING_VALUE) {
                return Optional.of(key.constant().stringValue());
            }
        }
        return Optional.empty();
    }

    private static CelExpr operand(CelExpr expression) {
        return expression.getKind() == Kind.SELECT
                ? expression.select().operand()
                : expression.call().args().getFirst();
    }

    /** {@code expression} as a dotted path from a variable, where it is one. */
    static Optional<String> path(CelExpr expression) {
        if (expression.getKind() == Kind.IDENT) {
            return Optional.of(expression.ident().name());
        }
        return member(expression)
                .flatMap(name -> path(operand(expression)).map(path -> path + "." + name));
    }

    /**
     * What an expression looks at: dotted paths from a variable, each as far as it is written out. One that goes on in a way
     * that is not written out, such as {@code args[x]}, ends where it stops: at {@code args}.
     */
    static Set<String> seen(CelAbstractSyntaxTree tree) {
        Set<String> seen = new TreeSet<>();
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .forEach(
                        node -> {
                            boolean goesOn =
                                    node.parent()
                                            .filter(parent -> path(parent.expr()).isPresent())
                                            .isPresent();
                            if (!goesOn) {
                                path(node.expr()).ifPresent(seen::add);
                            }
                        });
        return seen;
    }

    private static boolean isIndex(CelExpr expression) {
        return expression.getKind() == Kind.CALL
                && expression.call().function().equals("_[_]")
                && expression.call().args().size() == 2;
    }
}
