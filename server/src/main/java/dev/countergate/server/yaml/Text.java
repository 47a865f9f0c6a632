package dev.countergate.server.yaml;

import dev.countergate.server.yaml.YamlValue.Scalar;

/**
 * A scalar's text, where it stands.
 *
 * @param value a string bare, a number or boolean as JSON writes it
 * @param at where it begins
 * @param path the key it stands under, for reports
 */
public record Text(String value, Position at, String path) {
    static Text of(Scalar scalar, String path) {
        return new Text(scalar.text(), scalar.at(), path);
    }
}
