package dev.countergate.policy.rule;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelUnknownSet;
import dev.cel.runtime.PartialVars;
import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import java.util.Map;
import java.util.Set;

/** Compiles and evaluates CEL expressions (the CEL specification, version 0.24) within a budget. Thread safe. */
final class Expressions {
    /** The longest expression, in code points. */
    static final int LENGTH_MAX = 4_096;

    /** How deep it may be nested. */
    static final int DEPTH_MAX = 64;

    /** The most turns all loops of one evaluation may take together. */
    static final int ITERATIONS_MAX = 10_000;

    /** The largest program a regular expression may compile to, in RE2 instructions. */
    static final int REGEX_PROGRAM_MAX = 1_000;

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .enableHeterogeneousNumericComparisons(true)
                    .maxExpressionCodePointSize(LENGTH_MAX)
                    .maxParseRecursionDepth(DEPTH_MAX)
                    .comprehensionMaxIterations(ITERATIONS_MAX)
                    .maxRegexProgramSize(REGEX_PROGRAM_MAX)
                    .build();

    private final CelCompiler compiler;
    private final CelRuntime runtime;
    private final Set<String> names;

    /**
     * @param variables the names an expression may use, with their types
     */
    Expressions(Map<String, CelType> variables) {
        CelCompilerBuilder builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardMacros(CelStandardMacro.STANDARD_MACROS);
        variables.forEach(builder::addVar);
        names = Set.copyOf(variables.keySet());
        compiler = builder.build();
        runtime = CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();
    }

    /** The expression as a program, or what is wrong with it; faults bear {@code subject}. */
    Checked<Compiled> compile(String subject, String text) {
        CelValidationResult checked = compiler.compile(text);
        if (checked.hasError()) {
            return Checked.invalid(
                    new ExpressionFault(subject, text, names).of(checked.getErrors()));
        }
        try {
            CelAbstractSyntaxTree tree = checked.getAst();
            CelType type = tree.getResultType();
            if (!type.equals(SimpleType.BOOL) && !type.equals(SimpleType.DYN)) {
                return Checked.invalid(
                        new Fault(
                                subject,
                                "the expression gives "
                                        + ExpressionFault.withArticle(type)
                                        + ", not true or false",
                                "compare it"));
            }
            return Checked.valid(new Compiled(tree, runtime.createProgram(tree)));
        } catch (CelValidationException | CelEvaluationException unfit) {
            return Checked.invalid(
                    new Fault(subject, "not a valid expression: no program can be made of it"));
        }
    }

    /**
     * A compiled expression.
     *
     * @param tree for looking at the names it uses
     * @param program for evaluating it
     */
    record Compiled(CelAbstractSyntaxTree tree, CelRuntime.Program program) {
        /**
         * Whether it is true of {@code variables}.
         *
         * @throws CelEvaluationException when it cannot be evaluated within the budget, or is neither true nor false
         */
        boolean holds(Map<String, ?> variables) throws CelEvaluationException {
            if (program.eval(variables) instanceof Boolean holds) {
                return holds;
            }
            throw new CelEvaluationException("neither true nor false");
        }

        /**
         * Whether it can be true where only {@code known} is known.
         *
         * @throws CelEvaluationException when it cannot be evaluated whatever the rest is
         */
        boolean canHold(PartialVars known) throws CelEvaluationException {
            Object value = program.eval(known);
            if (value instanceof CelUnknownSet) {
                return true;
            }
            if (value instanceof Boolean holds) {
                return holds;
            }
            throw new CelEvaluationException("neither true nor false");
        }
    }
}
