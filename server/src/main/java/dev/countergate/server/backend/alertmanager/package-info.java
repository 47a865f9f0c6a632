/**
 * Reads an Alertmanager through its API v2: 0.25 to 0.33.
 *
 * <p>Reads only: its requests are {@code AlertmanagerRequest.Read}, and a silence is sent elsewhere, as an approved
 * proposal. The configuration an Alertmanager gives away with its status never leaves this package. Start at {@link
 * dev.countergate.server.backend.alertmanager.AlertmanagerClient}.
 */
@NullMarked
package dev.countergate.server.backend.alertmanager;

import org.jspecify.annotations.NullMarked;
