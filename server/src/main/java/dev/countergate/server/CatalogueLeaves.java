package dev.countergate.server;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.audit.StoreException;
import dev.countergate.server.operator.OperatorLog;
import java.util.List;
import java.util.Map;

/** Writes into the log what becomes of the catalogue. Thread safe. */
final class CatalogueLeaves implements CatalogueEvent.Listener {
    /** The most characters of lines in one leaf. */
    static final int LENGTH_MAX = 32 << 10;

    private final OperatorLog log;

    CatalogueLeaves(OperatorLog log) {
        this.log = log;
    }

    @Override
    public void on(CatalogueEvent event) throws StoreException {
        switch (event) {
            case CatalogueEvent.Loaded(Digest catalogue, List<String> lines) ->
                    log.record(
                            "catalogue_loaded",
                            Map.of("catalogue", catalogue.hex(), "differences", text(lines)));
            case CatalogueEvent.Held(Digest change, List<String> lines) ->
                    log.record(
                            "catalogue_held",
                            Map.of("change", change.hex(), "differences", text(lines)));
            case CatalogueEvent.Accepted(Digest change, Digest catalogue, String by) ->
                    log.record(
                            "catalogue_accepted",
                            Map.of(
                                    "change", change.hex(),
                                    "catalogue", catalogue.hex(),
                                    "by", by));
            case CatalogueEvent.Failed(List<String> faults) ->
                    log.record("catalogue_failed", Map.of("faults", text(faults)));
        }
    }

    /** The lines, as many as there is room for; the digest beside them counts all. */
    private static String text(List<String> lines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            if (text.length() + lines.get(i).length() > LENGTH_MAX) {
                return text.append("and ").append(lines.size() - i).append(" more").toString();
            }
            text.append(lines.get(i)).append('\n');
        }
        return text.toString();
    }
}
