/**
 * YAML documents as JSON values that know where they stand, and the check of such a value against a declared shape.
 *
 * <p>A document is read within bounds ({@link dev.countergate.server.yaml.YamlLimits}) and its scalars resolve as
 * js-yaml 4's default schema does. A {@link dev.countergate.server.yaml.Shape} tells which keys and types are allowed:
 * faults and the JSON Schema for editors both come from it, so they cannot differ. What the keys mean is not known
 * here. Start at {@link dev.countergate.server.yaml.YamlParser}, then {@link dev.countergate.server.yaml.ShapeCheck}.
 */
@NullMarked
package dev.countergate.server.yaml;

import org.jspecify.annotations.NullMarked;
