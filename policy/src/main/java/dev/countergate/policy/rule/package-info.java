/**
 * Decides what becomes of a call: permitted, put before persons, or forbidden.
 *
 * <p>Pure: the clock and what was used so far come in as values. A rule that fails, runs over its budget or names what is
 * not there forbids. Where rules come from and what is done with a decision is not known here. Start at {@link
 * dev.countergate.policy.rule.Rules}.
 */
@NullMarked
package dev.countergate.policy.rule;

import org.jspecify.annotations.NullMarked;
