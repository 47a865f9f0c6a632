package dev.countergate.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.change.Step;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.rule.Decision;
import dev.countergate.policy.token.ApprovalToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the documentation points at is there: links, headings, files, and the variables of the environment. */
@Tag("long")
class DocumentedNamesTest {
    private static final Pattern LINK =
            Pattern.compile("\\]\\(([^)\\s]+)\\)|src(?:set)?=\"([^\"]+)\"");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FILE =
            Pattern.compile(
                    "(?:\\./)?(?:(?:docs|samples|e2e|scripts|server|policy|demo|bench)/[\\w./-]+|[A-Z]+\\.md|LICENSE)");
    private static final Pattern REFUSED =
            Pattern.compile(
                    "(?:\\bRefusedException|Fields\\.refused|Resolution\\.Refused)\\(\\s*\"([A-Z_]+)\"");

    /** What the daemon keeps to itself, and what is between the program and its own daemon. */
    private static final Set<String> UNTOLD =
            Set.of("NOT_DUE", "NOT_SEARCHABLE", "INVALID_REQUEST");

    private static final Pattern VARIABLE = Pattern.compile("\\bCOUNTERGATE_[A-Z_]+\\b");

    /** Pages for those who work on it, whose names are held as well. */
    private static final List<String> FURTHER =
            List.of("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md");

    static Stream<String> pages() {
        return Stream.concat(MarkdownPage.all().stream().map(MarkdownPage::name), FURTHER.stream());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_link_leads_somewhere(String name) {
        MarkdownPage page = MarkdownPage.read(name);
        List<String> wrong = new ArrayList<>();
        Matcher links = LINK.matcher(page.prose());
        while (links.find()) {
            String link = links.group(1) != null ? links.group(1) : links.group(2);
            if (link.matches("(?:https?|mailto):.*")) {
                continue;
            }
            int hash = link.indexOf('#');
            String path = hash < 0 ? link : link.substring(0, hash);
            Path target = path.isEmpty() ? page.file() : page.file().resolveSibling(path);
            if (!Files.exists(target)) {
                wrong.add(link + ": there is no such file");
            } else if (hash >= 0) {
                String there =
                        MarkdownPage.ROOT
                                .toAbsolutePath()
                                .normalize()
                                .relativize(target.toAbsolutePath().normalize())
                                .toString();
                if (!MarkdownPage.read(there).anchors().contains(link.substring(hash + 1))) {
                    wrong.add(link + ": there is no such heading");
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_file_named_is_there(String name) {
        List<String> missing =
                CODE.matcher(MarkdownPage.read(name).prose())
                        .results()
                        .map(found -> found.group(1))
                        .filter(code -> FILE.matcher(code).matches() && !code.contains("..."))
                        .filter(code -> !Files.exists(MarkdownPage.ROOT.resolve(code)))
                        .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void variables_are_those_the_program_reads() {
        Set<String> read = new TreeSet<>(variables(List.of("countergate")));
        read.addAll(variables(sources("policy/src/main")));
        read.addAll(variables(sources("server/src/main")));
        Set<String> told = new TreeSet<>();
        pages().forEach(name -> told.addAll(variables(List.of(name))));
        // The launcher sets it for its own process and says nothing of it.
        read.remove("COUNTERGATE_LAUNCHER");
        assertThat(told).containsExactlyInAnyOrderElementsOf(read);
    }

    @Test
    void codes_are_those_the_program_gives() {
        String page = MarkdownPage.read("docs/operations.md").text();
        Set<String> told =
                CODE.matcher(page.substring(page.indexOf("\n## Codes\n")))
                        .results()
                        .map(found -> found.group(1))
                        .filter(code -> code.matches("[A-Z]+(?:_[A-Z]+)*"))
                        .collect(Collectors.toCollection(TreeSet::new));
        String program =
                Stream.concat(
                                sources("policy/src/main").stream(),
                                sources("server/src/main").stream())
                        .map(name -> MarkdownPage.read(name).text())
                        .collect(Collectors.joining());
        assertThat(told)
                .isNotEmpty()
                .allMatch(code -> program.matches("(?s).*\\b" + code + "\\b.*"));
        Set<String> given =
                Stream.of(
                                FailureCode.values(),
                                Decision.Code.values(),
                                ApprovalToken.Reason.values(),
                                Step.Reason.values())
                        .flatMap(Stream::of)
                        .map(Enum::name)
                        .collect(Collectors.toCollection(TreeSet::new));
        REFUSED.matcher(program).results().forEach(found -> given.add(found.group(1)));
        given.removeAll(UNTOLD);
        assertThat(told).containsAll(given);
    }

    private static List<String> sources(String folder) {
        try (Stream<Path> files = Files.walk(MarkdownPage.ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(file -> MarkdownPage.ROOT.relativize(file).toString())
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Set<String> variables(List<String> files) {
        return files.stream()
                .flatMap(
                        name ->
                                VARIABLE.matcher(MarkdownPage.read(name).text())
                                        .results()
                                        .map(found -> found.group()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
