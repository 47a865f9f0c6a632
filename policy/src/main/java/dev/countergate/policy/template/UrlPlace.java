package dev.countergate.policy.template;

import dev.countergate.policy.parameter.Parameter;

/**
 * A place in a URL that each call fills.
 *
 * @param where path and query name up to it, with {@code {}} for every place; the same for other names of parameters, and
 *     whatever follows it in a path
 * @param parameter what fills it
 * @param whole whether it is a whole segment, or a whole name or value of the query
 */
public record UrlPlace(String where, Parameter parameter, boolean whole) {}
