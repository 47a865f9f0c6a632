package dev.countergate.server.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param name relative to the repository
 * @param file where it lies
 * @param text what it says
 */
public record MarkdownPage(String name, Path file, String text) {
    /** The folder of the repository. */
    public static final Path ROOT =
            Files.exists(Path.of("tools.yaml")) ? Path.of("") : Path.of("..");

    private static final Pattern FENCE =
            Pattern.compile("(?m)^```([^\\n`]*)\\n([\\s\\S]*?)^```[ ]*$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

    /** What stands between fences. */
    public record Fence(String page, int line, String info, String text) {
        /** The language: the first word behind the fence. */
        public String language() {
            return words().getFirst();
        }

        /** What is said behind the language. */
        public List<String> words() {
            return List.of(info.strip().split(" +", -1));
        }

        /** Whether {@code word} stands behind the language. */
        public boolean says(String word) {
            return words().subList(1, words().size()).contains(word);
        }

        /** What stands behind {@code key=}; empty where that does not. */
        public String value(String key) {
            return words().stream()
                    .filter(word -> word.startsWith(key + "="))
                    .map(word -> word.substring(key.length() + 1))
                    .findFirst()
                    .orElse("");
        }

        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    /** The page at {@code name}. */
    public static MarkdownPage read(String name) {
        try {
            return new MarkdownPage(name, ROOT.resolve(name), Files.readString(ROOT.resolve(name)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Every page for those who use this: the README, what lies in {@code docs}, and each sample's. */
    public static List<MarkdownPage> all() {
        List<MarkdownPage> pages = new ArrayList<>();
        pages.add(read("README.md"));
        for (String folder : List.of("docs", "samples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .sorted()
                        .map(
                                file ->
                                        ROOT.toAbsolutePath()
                                                .normalize()
                                                .relativize(file.toAbsolutePath().normalize()))
                        .forEach(file -> pages.add(read(file.toString())));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return pages;
    }

    /** What stands between fences, in order. */
    public List<Fence> fences() {
        return FENCE.matcher(text)
                .results()
                .map(found -> new Fence(name, lineOf(found), found.group(1), found.group(2)))
                .toList();
    }

    /** Those in {@code language}. */
    public List<Fence> fences(String language) {
        return fences().stream().filter(fence -> fence.language().equals(language)).toList();
    }

    /** The page without what stands between fences. */
    public String prose() {
        return FENCE.matcher(text).replaceAll("");
    }

    private int lineOf(MatchResult found) {
        return 1 + (int) text.substring(0, found.start()).chars().filter(c -> c == '\n').count();
    }

    /** The anchors of its headings, as GitHub makes them. */
    public List<String> anchors() {
        return anchorsUpTo(text.length());
    }

    /** The anchor of the last heading before {@code offset}. */
    public String anchorBefore(int offset) {
        return anchorsUpTo(offset).getLast();
    }

    private List<String> anchorsUpTo(int offset) {
        List<String> anchors = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        Matcher headings = HEADING.matcher(FENCE.matcher(text.substring(0, offset)).replaceAll(""));
        while (headings.find()) {
            String anchor =
                    headings.group(1)
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? anchor : anchor + "-" + before);
        }
        return anchors;
    }
}
