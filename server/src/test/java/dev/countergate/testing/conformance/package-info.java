/** The server that the official conformance suite tries: {@code e2e/25-conformance.sh} runs it. */
@NullMarked
package dev.countergate.testing.conformance;

import org.jspecify.annotations.NullMarked;
