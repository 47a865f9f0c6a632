/**
 * An Alertmanager through its API v2: 0.25 to 0.33.
 *
 * <p>Its client reads; its changes make silences and end them, each sent once and found again. The configuration an
 * Alertmanager gives away with its status never leaves this package. Start at {@link
 * dev.countergate.server.backend.alertmanager.AlertmanagerClient}.
 */
@NullMarked
package dev.countergate.server.backend.alertmanager;

import org.jspecify.annotations.NullMarked;
