package dev.countergate.server.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ValueNode;

/**
 * What a value must look like. {@link ShapeCheck} holds values against it, {@link JsonSchema} writes it down for editors.
 */
public sealed interface Shape {
    /** What is wanted, for a sentence: {@code a string}, {@code a list of strings}. */
    String wanted();

    /**
     * A string.
     *
     * @param wanted in a sentence
     * @param pattern an expression the whole of it must match, in the syntax Java and ECMA 262 share; empty for any
     * @param isShown whether a report may show what was given in its place; a secret might be
     */
    record Text(String wanted, String pattern, boolean isShown) implements Shape {
        /** A string that a report may show. */
        public Text(String wanted, String pattern) {
            this(wanted, pattern, true);
        }

        /** Any string. */
        public static final Text ANY = new Text("a string", "");

        /** A string with something in it besides white space. */
        public static final Text NOT_BLANK =
                new Text("a string that is not blank", "[\\s\\S]*\\S[\\s\\S]*");
    }

    /**
     * A whole number.
     *
     * @param min the least
     * @param max the greatest
     */
    record Whole(long min, long max) implements Shape {
        @Override
        public String wanted() {
            return max == Long.MAX_VALUE
                    ? String.format(Locale.ROOT, "a whole number of at least %,d", min)
                    : String.format(Locale.ROOT, "a whole number from %,d to %,d", min, max);
        }
    }

    /**
     * A number.
     *
     * @param min the least
     * @param exclusive whether it must be greater than {@code min}
     */
    record Numeric(double min, boolean exclusive) implements Shape {
        @Override
        public String wanted() {
            if (min == Double.NEGATIVE_INFINITY) {
                return "a number";
            }
            return "a number " + (exclusive ? "greater than " : "of at least ") + (long) min;
        }
    }

    /** True or false. */
    record Flag() implements Shape {
        @Override
        public String wanted() {
            return "`true` or `false`";
        }
    }

    /** Nothing but true: a key that is set or left out. */
    record True() implements Shape {
        @Override
        public String wanted() {
            return "`true`";
        }
    }

    /**
     * One of some words.
     *
     * @param words as written, or in any case
     * @param anyCase whether case does not matter
     */
    record Words(List<String> words, boolean anyCase) implements Shape {
        public Words {
            words = List.copyOf(words);
        }

        /** Exactly one of {@code words}. */
        public static Words of(String... words) {
            return new Words(List.of(words), false);
        }

        @Override
        public String wanted() {
            return "one of `" + String.join("`, `", words) + "`";
        }
    }

    /** Any value at all. */
    record Anything() implements Shape {
        @Override
        public String wanted() {
            return "a value";
        }
    }

    /**
     * A list.
     *
     * @param item the shape of each item
     * @param min how many at least
     */
    record ListOf(Shape item, int min) implements Shape {
        @Override
        public String wanted() {
            return min > 0 ? "a list that is not empty" : "a list";
        }
    }

    /**
     * A mapping with keys of the author's choosing.
     *
     * @param keys the shape of its keys
     * @param value the shape of each value
     */
    record MapOf(Text keys, Shape value) implements Shape {
        @Override
        public String wanted() {
            return "a mapping";
        }
    }

    /**
     * A value of any of several shapes, told apart by their kind.
     *
     * @param alternatives in the order tried
     */
    record Either(List<Shape> alternatives) implements Shape {
        public Either {
            alternatives = List.copyOf(alternatives);
        }

        /** Any of {@code alternatives}. */
        public static Either of(Shape... alternatives) {
            return new Either(List.of(alternatives));
        }

        @Override
        public String wanted() {
            return String.join(" or ", alternatives.stream().map(Shape::wanted).toList());
        }
    }

    /**
     * A mapping with keys of ours.
     *
     * @param name unique among the shapes of a document
     * @param keys by name, in the order of the manual
     * @param open whether other keys are the author's business
     */
    record Block(String name, Map<String, Key> keys, boolean open) implements Shape {
        public Block {
            keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        }

        /** A block of these keys and no others. */
        public static Block of(String name, Key... keys) {
            Map<String, Key> byName = new LinkedHashMap<>();
            for (Key key : keys) {
                byName.put(key.name(), key);
            }
            return new Block(name, byName, false);
        }

        /** The same keys, and whatever else the author likes. */
        public Block andOthers() {
            return new Block(name, keys, true);
        }

        @Override
        public String wanted() {
            return "a mapping";
        }
    }

    /**
     * A key of a {@link Block}.
     *
     * @param name as written
     * @param shape of its value
     * @param required whether it must be there
     * @param nullable whether an empty value is a value of its own; elsewhere it means that the key is left out
     * @param meaning one line for an editor to show, and for the reference
     * @param fallback what leaving it out means, where that is a value one could write; null elsewhere
     */
    record Key(
            String name,
            Shape shape,
            boolean required,
            boolean nullable,
            String meaning,
            @Nullable ValueNode fallback) {
        /** A key that may be left out. */
        public static Key optional(String name, Shape shape, String meaning) {
            return new Key(name, shape, false, false, meaning, null);
        }

        /** This key, which means {@code value} where it is left out. */
        public Key or(String value) {
            return or(JsonNodeFactory.instance.stringNode(value));
        }

        /** This key, which means {@code value} where it is left out. */
        public Key or(long value) {
            return or(JsonNodeFactory.instance.numberNode(value));
        }

        /** This key, which means {@code value} where it is left out. */
        public Key or(boolean value) {
            return or(JsonNodeFactory.instance.booleanNode(value));
        }

        private Key or(ValueNode value) {
            return new Key(name, shape, required, nullable, meaning, value);
        }

        /** A key that may be left out, and is not by being empty: nothing is no value of it. */
        public static Key optionalNotEmpty(String name, Shape shape, String meaning) {
            return new Key(name, shape, false, true, meaning, null);
        }

        /** A key that must be there. */
        public static Key required(String name, Shape shape, String meaning) {
            return new Key(name, shape, true, false, meaning, null);
        }
    }
}
