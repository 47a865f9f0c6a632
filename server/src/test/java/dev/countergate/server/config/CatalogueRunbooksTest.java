package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.revision.Judgement;
import dev.countergate.policy.revision.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueRunbooksTest {
    private static String absolute(String folder) {
        return Path.of(folder).toAbsolutePath().toString();
    }

    @Test
    void there_are_none_where_the_catalogue_names_no_folder() {
        assertThat(Catalogues.of("tools: []").catalogue().runbooks()).isEmpty();
        assertThat(Catalogue.EMPTY.runbooks()).isEmpty();
    }

    @Test
    void the_folder_is_relative_to_the_file_that_names_it() {
        assertThat(Catalogues.of("runbooks: books").folder("books").catalogue().runbooks())
                .contains(absolute("books"));
        assertThat(
                        Catalogues.of("include: sub/i.yaml")
                                .file("sub/i.yaml", "runbooks: ../books")
                                .folder("books")
                                .catalogue()
                                .runbooks())
                .contains(absolute("books"));
        assertThat(
                        Catalogues.of("runbooks: /srv/books")
                                .folder("/srv/books")
                                .catalogue()
                                .runbooks())
                .contains("/srv/books");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "runbooks: nowhere ~ c.yaml:1:11: runbooks: there is no folder `nowhere`: make it,"
                        + " or name another",
                "runbooks: c.yaml ~ c.yaml:1:11: runbooks: there is no folder `c.yaml`: make it, or"
                        + " name another",
                "runbooks: \"a\\0b\" ~ c.yaml:1:11: runbooks: `a<U+0000>b` is no path",
                "runbooks: '' ~ c.yaml:1:11: runbooks: must be a string that is not blank, and is"
                        + " ``",
                "runbooks: 7 ~ c.yaml:1:11: runbooks: must be a string that is not blank",
                "runbooks: [books] ~ c.yaml:1:11: runbooks: must be a string that is not blank",
                "runbooks: {path: books} ~ c.yaml:1:11: runbooks: must be a string that is not"
                        + " blank",
                "runbook: books ~ c.yaml:1:1: runbook: there is no such key: did you mean"
                        + " `runbooks`? begin it with `x-` if not",
            })
    void a_folder_that_cannot_be_had_is_a_fault_at_its_place(String yaml, String fault) {
        assertThat(Catalogues.of(yaml).folder("books").faults())
                .hasSize(1)
                .first()
                .asString()
                .startsWith(fault);
    }

    @Test
    void a_second_folder_is_a_fault_that_names_the_first() {
        assertThat(
                        Catalogues.of("include: i.yaml\nrunbooks: books")
                                .file("i.yaml", "runbooks: others")
                                .folder("books")
                                .folder("others")
                                .faults())
                .containsExactly(
                        "c.yaml:2:11: runbooks: there is a folder of runbooks already, at"
                                + " i.yaml:1:11: keep one");
    }

    @Test
    void a_folder_added_waits_for_a_person() {
        Revision added =
                Revision.between(
                        Catalogues.of("tools: []").catalogue(),
                        Catalogues.of("runbooks: books").folder("books").catalogue());

        assertThat(added.lines())
                .containsExactly("loosens: runbooks: added \"" + absolute("books") + "\"");
        assertThat(added.differences().getFirst().judgement()).isEqualTo(Judgement.LOOSENS);
    }

    @Test
    void the_same_folder_under_another_path_is_no_change() {
        assertThat(
                        Revision.between(
                                        Catalogues.of("runbooks: books")
                                                .folder("books")
                                                .catalogue(),
                                        Catalogues.of("runbooks: ./other/../books")
                                                .folder("books")
                                                .catalogue())
                                .differences())
                .isEmpty();
    }

    @Test
    void a_folder_that_is_made_at_last_has_the_catalogue_loaded(@TempDir Path folder)
            throws IOException {
        Sources sources = Sources.of(name -> null);
        CatalogueLoader loader = new CatalogueLoader(sources, false);
        Path file = Files.writeString(folder.resolve("tools.yaml"), "tools: []\n");
        List<Loading> told = new ArrayList<>();
        CatalogueWatcher watcher =
                new CatalogueWatcher(
                        file, loader, sources, (Loading.Loaded) loader.load(file), told::add);
        Files.writeString(file, "runbooks: books\n");
        watcher.look();
        watcher.look();
        assertThat(watcher.failure()).isPresent();

        Files.createDirectory(folder.resolve("books"));
        watcher.look();
        watcher.look();

        assertThat(watcher.failure()).isEmpty();
        assertThat(watcher.current().catalogue().runbooks())
                .contains(folder.resolve("books").toString());
    }

    @Test
    void what_was_accepted_loads_again_without_its_folder(@TempDir Path folder) throws IOException {
        CatalogueLoader loader = new CatalogueLoader(Sources.of(name -> null), false);
        Path file = Files.writeString(folder.resolve("tools.yaml"), "runbooks: books\n");
        Files.createDirectory(folder.resolve("books"));
        Snapshot snapshot = ((Loading.Loaded) loader.load(file)).snapshot();
        Files.delete(folder.resolve("books"));

        assertThat(loader.load(file)).isInstanceOf(Loading.Faulty.class);
        assertThat(loader.load(snapshot)).isInstanceOf(Loading.Loaded.class);
    }
}
