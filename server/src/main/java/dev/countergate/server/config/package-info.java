/**
 * Catalogue files: reading them with everything they include, and making the valid catalogue of the policy module of
 * them, or telling every fault at once with its place.
 *
 * <p>The raw side is {@link dev.countergate.server.config.RawCatalogue}: blocks that fit the tables in {@code *Keys}, which
 * also give the JSON Schema. A reader for each kind of block turns it into the valid type. Nothing past the wiring sees
 * the raw side. Start at {@link dev.countergate.server.config.CatalogueLoader}.
 */
@NullMarked
package dev.countergate.server.config;

import org.jspecify.annotations.NullMarked;
