package dev.countergate.server.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Caller;
import dev.countergate.server.call.ToolService;
import dev.countergate.server.call.ToolService.Description;
import dev.countergate.server.call.ToolService.Listing;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code tools/list}: written once for each revision and caller, in pages.
 *
 * <p>A cursor says which names it counts: it goes on to work across a reload that leaves the names as they were, even
 * across a restart, and is refused after any other. Thread safe.
 */
final class ToolPages {
    /** Tools on one page. */
    static final int PAGE_TOOLS = 1_000;

    private static final int CALLERS_KEPT = 16;

    /** What the first page is kept under; no cursor of ours is empty. */
    private static final String FIRST = "";

    private final ToolService service;
    private final Map<Caller, Pages> kept = new LinkedHashMap<>();

    ToolPages(ToolService service) {
        this.service = service;
    }

    /**
     * The members of the {@code ListToolsResult} that begins at {@code cursor}.
     *
     * @param cursor as given with the page before, or null for the first page
     * @return empty when there is no such page, or no longer
     */
    Optional<byte[]> page(Caller caller, @Nullable String cursor) {
        Listing listing = service.list(caller);
        Pages pages;
        synchronized (kept) {
            pages = kept.get(caller);
        }
        if (pages == null || pages.revision != listing.revision()) {
            pages = write(listing);
            synchronized (kept) {
                if (kept.size() >= CALLERS_KEPT) {
                    kept.clear();
                }
                kept.put(caller, pages);
            }
        }
        if (cursor == null) {
            return Optional.ofNullable(pages.byCursor.get(FIRST));
        }
        return cursor.equals(FIRST)
                ? Optional.empty()
                : Optional.ofNullable(pages.byCursor.get(cursor));
    }

    /**
     * The pages of one listing.
     *
     * @param byCursor the first one under {@link #FIRST}
     */
    private record Pages(long revision, Map<String, byte[]> byCursor) {}

    private static Pages write(Listing listing) {
        List<Description> tools = listing.tools();
        List<String> names = tools.stream().map(Description::name).toList();
        Map<String, byte[]> byCursor = new LinkedHashMap<>();
        String cursor = FIRST;
        int from = 0;
        do {
            int to = Math.min(from + PAGE_TOOLS, tools.size());
            String next = to < tools.size() ? cursor(names, to) : FIRST;
            byCursor.put(cursor, page(tools.subList(from, to), next));
            cursor = next;
            from = to;
        } while (from < tools.size());
        return new Pages(listing.revision(), byCursor);
    }

    private static String cursor(List<String> names, int from) {
        String plain = Integer.toHexString(names.hashCode()) + "." + from;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(UTF_8));
    }

    private static byte[] page(List<Description> tools, String next) {
        JsonLine line = new JsonLine().raw("\"tools\":[");
        String separator = "";
        for (Description tool : tools) {
            line.raw(separator).raw("{\"name\":").string(tool.name());
            line.raw(",\"description\":").string(tool.description());
            line.raw(",\"inputSchema\":").tree(tool.inputSchema());
            if (tool.outputSchema() != null) {
                line.raw(",\"outputSchema\":").tree(tool.outputSchema());
            }
            line.raw(",\"annotations\":").tree(tool.annotations()).raw("}");
            separator = ",";
        }
        line.raw("]");
        if (!next.equals(FIRST)) {
            line.raw(",\"nextCursor\":").string(next);
        }
        return line.part();
    }
}
