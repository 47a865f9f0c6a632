package dev.countergate.server.config;

import dev.countergate.server.yaml.Block;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue as its files say it, all files together: every block fits its table, and nothing is known yet of whether
 * they fit one another.
 *
 * @param tools in order, those of an included file where it is included
 * @param backends by name
 * @param guards by the tool's name
 * @param principals in order
 * @param runbooks the folder, as seen from the working directory, or null
 * @param policy or null
 */
record RawCatalogue(
        List<Block> tools,
        Map<String, Block> backends,
        Map<String, Block> guards,
        List<Block> principals,
        @Nullable Path runbooks,
        @Nullable Block policy) {}
