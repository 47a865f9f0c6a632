package dev.countergate.server.yaml;

/**
 * How large a document may be.
 *
 * @param charactersMax of the text
 * @param depthMax of nested lists and mappings
 * @param valuesMax keys and values together, an alias counting as all it stands for
 * @param aliasesMax uses of anchors
 * @param keysMax of one mapping
 */
public record YamlLimits(
        int charactersMax, int depthMax, int valuesMax, int aliasesMax, int keysMax) {
    /** 2 Mi characters, 40 deep, 500,000 values, 10,000 aliases, 10,000 keys in a mapping. */
    public static final YamlLimits DEFAULT = new YamlLimits(2 << 20, 40, 500_000, 10_000, 10_000);
}
