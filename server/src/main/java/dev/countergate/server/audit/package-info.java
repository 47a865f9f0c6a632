/**
 * The durable store and the log in it: one transaction changes a state and appends the leaf that tells of it, or neither.
 *
 * <p>It decides nothing and knows no backend. Start at {@link dev.countergate.server.audit.Store}; a copy of the log is
 * checked, without the store, by {@link dev.countergate.server.audit.AuditFile}, and the log where it is kept by {@link
 * dev.countergate.server.audit.StoredLog}.
 */
@NullMarked
package dev.countergate.server.audit;

import org.jspecify.annotations.NullMarked;
