/**
 * What was asked: a tool's name and its arguments, as received and not yet believed.
 *
 * <p>Nothing here knows the catalogue, so nothing here can say whether a call is right.
 */
@NullMarked
package dev.countergate.policy.call;

import org.jspecify.annotations.NullMarked;
