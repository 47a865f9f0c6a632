package dev.countergate.server.runbook;

/**
 * One runbook.
 *
 * @param uri what an agent reads it by: {@code runbook:///} and its path below the folder
 * @param name its path below the folder, fit to be shown
 * @param title its first heading, else its file's name; one line, fit to be shown
 * @param bytes how long the file is
 */
public record Runbook(String uri, String name, String title, long bytes) {}
