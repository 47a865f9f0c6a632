package dev.countergate.policy.template;

import dev.countergate.policy.call.Fault;
import dev.countergate.policy.parameter.Format;
import dev.countergate.policy.parameter.Parameter;
import dev.countergate.policy.parameter.ParameterType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A PromQL or LogQL query some of whose tokens hold placeholders. */
final class QueryTemplate implements Form {
    private final boolean isLogql;
    private final HoledText text;
    private final List<Token> tokens;
    private final Map<Token, Slot> slots;

    private QueryTemplate(
            boolean isLogql, HoledText text, List<Token> tokens, Map<Token, Slot> slots) {
        this.isLogql = isLogql;
        this.text = text;
        this.tokens = tokens;
        this.slots = slots;
    }

    /** Parses a query; one that is nothing but a placeholder declared to be a query is taken whole. */
    static Form of(boolean isLogql, HoledText text, List<Fault> faults) {
        if (text.length() == 1 && text.holes().size() == 1) {
            Parameter parameter = text.holes().getFirst().parameter();
            if (parameter.format() == (isLogql ? Format.LOGQL : Format.PROMQL)
                    && parameter.type() != ParameterType.OBJECT) {
                return new WholeQuery(parameter);
            }
            if (isLogql || parameter.format() != Format.METRIC_NAME) {
                faults.add(
                        new Fault(
                                parameter.name(),
                                "is the whole query but is not declared to be one",
                                "declare `format: " + (isLogql ? "logql" : "promql") + "`"));
                return new WholeQuery(parameter);
            }
        }
        List<Token> tokens = QueryLexer.lex(isLogql, text, faults);
        Map<Token, Slot> slots = new HashMap<>();
        if (faults.isEmpty()) {
            QueryPositions positions = new QueryPositions(isLogql, text, tokens, faults);
            for (int i = 0; i < tokens.size(); i++) {
                Token token = tokens.get(i);
                if (!text.holes(token.start(), token.end()).isEmpty()) {
                    slots.put(token, positions.slot(i));
                } else if (token.kind() == Token.Kind.BROKEN) {
                    faults.add(new Fault("", "`" + token.text() + "` is neither name nor number"));
                }
            }
        }
        return new QueryTemplate(isLogql, text, tokens, slots);
    }

    @Override
    public String render(Filling filling) {
        StringBuilder query = new StringBuilder();
        List<Token> expected = new ArrayList<>();
        int done = 0;
        for (Token token : tokens) {
            query.append(text.text(done, token.start()));
            done = token.end();
            Slot slot = slots.get(token);
            List<Token> filled = slot == null ? List.of(token) : slot.fill(filling);
            filled.forEach(part -> query.append(part.text()));
            expected.addAll(filled);
        }
        query.append(text.text(done, text.length()));
        String rendered = query.toString();
        // INVARIANT: the outcome read afresh has the template's tokens, whatever the values are.
        if (!filling.hasFaults() && !hasTokens(rendered, expected)) {
            text.holes()
                    .forEach(
                            hole ->
                                    filling.refuse(
                                            hole.parameter(),
                                            "would change the shape of the query",
                                            "use a plainer value"));
        }
        return rendered;
    }

    private boolean hasTokens(String rendered, List<Token> expected) {
        List<Fault> misread = new ArrayList<>();
        List<Token> found = QueryLexer.lex(isLogql, HoledText.plain(rendered), misread);
        if (!misread.isEmpty() || found.size() != expected.size()) {
            return false;
        }
        for (int i = 0; i < found.size(); i++) {
            if (!found.get(i).isLike(expected.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<String> renderAll(Parameter parameter, Filling filling) {
        throw new IllegalStateException("only a whole query stands for several");
    }

    /** A query the caller writes: its parameter is declared to be one. */
    private record WholeQuery(Parameter parameter) implements Form {
        @Override
        public String render(Filling filling) {
            return filling.text(parameter);
        }

        @Override
        public List<String> renderAll(Parameter many, Filling filling) {
            return filling.texts(many);
        }
    }
}
