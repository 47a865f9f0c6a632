package dev.countergate.server.runbook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Caller;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.secret.Redactor;
import dev.countergate.policy.secret.Secret;
import dev.countergate.server.call.ResourceService.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunbooksTest {
    private static final long AGAIN = Runbooks.LOOK_AGAIN.toNanos() + 1;

    private static final Caller ANA = Caller.of(PrincipalId.unix("ana"));

    @TempDir Path place;

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> read = new ArrayList<>();
    private Path folder;
    private Runbooks runbooks;

    @BeforeEach
    void make_the_folder() throws IOException {
        folder = Files.createDirectory(place.resolve("books"));
        Files.writeString(place.resolve("outside.md"), "# Outside\n");
        runbooks =
                new Runbooks(
                        () -> Optional.of(folder),
                        () -> Redactor.of(List.of(new Secret("TOKEN", "hunter2-hunter2"))),
                        (caller, uri) -> read.add(caller.principal() + " " + uri),
                        nanos::get);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        nanos.addAndGet(AGAIN);
    }

    private List<String> uris() {
        return runbooks.list().stream().map(Resource::uri).toList();
    }

    private List<String> leftOut() {
        return runbooks.listing().leftOut();
    }

    @Test
    void lists_markdown_by_name_with_its_first_heading() throws IOException {
        write("b.md", "intro\n\n## Restart the web ##\n# Later\n");
        write("a.markdown", "no heading at all");
        write("db/fail over.MD", "# Ünicode\n");
        write("notes.txt", "# no runbook\n");

        assertThat(runbooks.list())
                .containsExactly(
                        new Resource(
                                "runbook:///a.markdown",
                                "a.markdown",
                                "a.markdown",
                                "text/markdown",
                                17),
                        new Resource(
                                "runbook:///b.md", "b.md", "Restart the web", "text/markdown", 37),
                        new Resource(
                                "runbook:///db/fail%20over.MD",
                                "db/fail over.MD", "Ünicode", "text/markdown", 11));
        assertThat(runbooks.listing().leftOut()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "# A | A",
                "#### A #b## ## | A #b##",
                "---@title: x@# not this@---@# A | A",
                "```@# not this@```@# A | A",
                "~~~@# not this@~~~@   # A | A",
                "#no@####### no@    # no@# | x.md",
                "---@# never closed | x.md",
            })
    void finds_the_first_heading(String lines, String title) throws IOException {
        write("x.md", lines.replace("@", "\n"));
        assertThat(runbooks.list().getFirst().title()).isEqualTo(title);
    }

    @Test
    void cuts_a_title_and_makes_it_one_visible_line() throws IOException {
        write("x.md", "# \u001b[2J\u202eevil " + "x".repeat(200));
        String title = runbooks.list().getFirst().title();
        assertThat(title).startsWith("\\u001b[2J\\u202eevil xxx").endsWith("xxx...").hasSize(131);
    }

    @Test
    void reads_what_it_lists() throws IOException {
        write("x.md", "# X\r\n\tkeep\rthis\n\u001b[31mred\u202e token hunter2-hunter2\n");
        assertThat(runbooks.read(ANA, "runbook:///x.md"))
                .contains("# X\n\tkeep\\u000dthis\n\\u001b[31mred\\u202e token [secret TOKEN]\n");
        assertThat(read).containsExactly("unix:ana runbook:///x.md");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x.md",
                "/x.md",
                "runbook:x.md",
                "runbook://x.md",
                "runbook:////x.md",
                "runbook:///./x.md",
                "runbook:///x.md/",
                "runbook:///x.md?",
                "runbook:///x.md#a",
                "RUNBOOK:///x.md",
                "runbook:///X.md",
                "runbook://host/x.md",
                "runbook:///../outside.md",
                "runbook:///../books/x.md",
                "runbook:///sub/../x.md",
                "runbook:///%2e%2e/outside.md",
                "runbook:///%2E%2E%2Foutside.md",
                "runbook:///..%2foutside.md",
                "runbook:///%78.md",
                "runbook:///x.md%00",
                "runbook:///x.md\0",
                "runbook:///\\..\\outside.md",
                "runbook:///linked.md",
                "runbook:///.hidden.md",
                "runbook:///.git/x.md",
                "runbook:///way/x.md",
                "runbook:///notes.txt",
                "runbook:///folder.md",
                "runbook:////etc/passwd",
                "file:///etc/passwd",
                "runbook:///*",
            })
    void an_address_that_was_not_listed_reads_nothing(String uri) throws IOException {
        write("x.md", "# X\n");
        write("sub/y.md", "# Y\n");
        write(".hidden.md", "# hidden\n");
        write(".git/x.md", "# hidden\n");
        write("notes.txt", "text");
        Files.createDirectory(folder.resolve("folder.md"));
        Files.createSymbolicLink(folder.resolve("linked.md"), place.resolve("outside.md"));
        Files.createSymbolicLink(folder.resolve("way"), place);

        assertThat(uris()).containsExactly("runbook:///sub/y.md", "runbook:///x.md");
        assertThat(runbooks.read(ANA, uri)).isEmpty();
        assertThat(read).isEmpty();
    }

    @Test
    void an_overlong_address_reads_nothing() throws IOException {
        write("x.md", "# X\n");
        assertThat(runbooks.read(ANA, "runbook:///" + "a/".repeat(1_000_000) + "x.md")).isEmpty();
    }

    @Test
    void a_link_within_the_folder_is_followed_as_mounted_configurations_have_them()
            throws IOException {
        write("..2026_11_21/x.md", "# Mounted\n");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_21"));
        Files.createSymbolicLink(folder.resolve("x.md"), Path.of("..data/x.md"));

        assertThat(uris()).containsExactly("runbook:///x.md");
        assertThat(runbooks.read(ANA, "runbook:///x.md")).contains("# Mounted\n");
    }

    @Test
    void says_which_files_it_leaves_out_and_why() throws IOException {
        Files.createSymbolicLink(folder.resolve("a.md"), place.resolve("outside.md"));
        Files.createSymbolicLink(folder.resolve("b.md"), Path.of("gone.md"));
        Files.createDirectory(folder.resolve("dir"));
        Files.createSymbolicLink(folder.resolve("c.md"), Path.of("dir"));
        Files.write(folder.resolve("d.md"), "# naïve".getBytes(ISO_8859_1));
        Files.writeString(folder.resolve("e.md"), "x".repeat(RunbookFolder.FILE_BYTES_MAX + 1));
        Files.writeString(folder.resolve("f.md"), "x".repeat(RunbookFolder.FILE_BYTES_MAX));

        assertThat(uris()).containsExactly("runbook:///f.md");
        assertThat(leftOut())
                .containsExactly(
                        "a.md: a link out of the folder",
                        "b.md: it cannot be read",
                        "c.md: not a regular file",
                        "d.md: not text in UTF-8",
                        "e.md: longer than 262144 bytes");
    }

    @Test
    void serves_five_hundred_and_says_that_there_are_more() throws IOException {
        for (int each = 0; each <= RunbookFolder.FILES_MAX; each++) {
            Files.writeString(folder.resolve(String.format(Locale.ROOT, "%04d.md", each)), "x");
        }
        assertThat(uris()).hasSize(500).endsWith("runbook:///0499.md");
        assertThat(leftOut()).containsExactly("more than 500 runbooks");
    }

    @Test
    void folders_nest_four_deep() throws IOException {
        write("1/2/3/in.md", "x");
        write("1/2/3/4/out.md", "x");
        assertThat(uris()).containsExactly("runbook:///1/2/3/in.md");
    }

    @Test
    void follows_what_happens_in_the_folder() throws IOException {
        write("x.md", "# One\n");
        assertThat(runbooks.list().getFirst().title()).isEqualTo("One");

        write("x.md", "# Another\n");
        write("y.md", "# Two\n");
        assertThat(runbooks.list()).extracting(Resource::title).containsExactly("Another", "Two");

        Files.delete(folder.resolve("x.md"));
        assertThat(runbooks.read(ANA, "runbook:///x.md")).isEmpty();
        nanos.addAndGet(AGAIN);
        assertThat(uris()).containsExactly("runbook:///y.md");
    }

    @Test
    void a_file_that_became_a_link_out_of_the_folder_is_not_read() throws IOException {
        write("x.md", "# X\n");
        assertThat(uris()).hasSize(1);
        Files.delete(folder.resolve("x.md"));
        Files.createSymbolicLink(folder.resolve("x.md"), place.resolve("outside.md"));
        assertThat(runbooks.read(ANA, "runbook:///x.md")).isEmpty();
    }

    @Test
    void a_folder_that_is_gone_has_no_runbooks() throws IOException {
        Files.delete(folder);
        assertThat(uris()).isEmpty();
        assertThat(leftOut()).containsExactly("the folder cannot be read");
        assertThat(runbooks.read(ANA, "runbook:///x.md")).isEmpty();
    }

    @Test
    void nothing_is_offered_where_no_folder_is_named() {
        Runbooks none =
                new Runbooks(
                        Optional::empty,
                        () -> Redactor.of(List.of()),
                        (caller, uri) -> read.add(uri),
                        nanos::get);
        assertThat(none.isOffered()).isFalse();
        assertThat(none.list()).isEmpty();
        assertThat(none.read(ANA, "runbook:///x.md")).isEmpty();
        assertThat(runbooks.isOffered()).isTrue();
    }
}
