package dev.countergate.server.decisions;

/**
 * A call and what should become of it.
 *
 * @param name in the author's words; unique in its file
 * @param line of its file, from 1
 */
public record DecisionCase(String name, int line, Question question, Expected expected) {}
