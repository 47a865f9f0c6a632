/**
 * Texts with placeholders that know where they stand.
 *
 * <p>A lexer per language finds each placeholder's position when the catalogue is loaded; a position without a safe rule
 * is a fault then. Rendering escapes for the position, lexes the outcome again, and refuses it unless it has the
 * template's token sequence, so that no value changes the shape of a request. Nothing here replaces strings.
 *
 * <p>Start at {@link dev.countergate.policy.template.Template}.
 */
@NullMarked
package dev.countergate.policy.template;

import org.jspecify.annotations.NullMarked;
