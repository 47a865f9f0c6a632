/**
 * AWS Systems Manager through the AWS SDK: inventory, command outcomes, commands that only read, the parameter store;
 * and commands and automations that change something.
 *
 * <p>A command is sent once, never retried; what a lost answer hid is looked up by the mark in the command's comment. A
 * SecureString's value is never asked for. Nothing of the SDK is loaded before the first call. Start at {@link
 * dev.countergate.server.backend.ssm.SsmBackend}.
 */
@NullMarked
package dev.countergate.server.backend.ssm;

import org.jspecify.annotations.NullMarked;
