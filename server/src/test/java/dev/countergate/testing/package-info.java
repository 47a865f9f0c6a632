/** Hand-written stand-ins for what a test cannot have: backends, clocks, faults. Nothing here is a mock. */
@NullMarked
package dev.countergate.testing;

import org.jspecify.annotations.NullMarked;
