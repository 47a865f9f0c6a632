package dev.countergate.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.server.yaml.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueWatcherTest {
    private static final String ONE = "tools: [{name: one, url: \"http://x/\"}]\n";
    private static final String TWO = "tools: [{name: two, url: \"http://x/\"}]\n";

    @TempDir Path folder;

    private final Sources sources = Sources.of(name -> null);
    private final CatalogueLoader loader = new CatalogueLoader(sources, false);
    private final List<Loading> told = new ArrayList<>();
    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("tools.yaml");
    }

    private CatalogueWatcher watching(String text) throws IOException {
        Files.writeString(file, text);
        return watching();
    }

    private CatalogueWatcher watching() {
        return new CatalogueWatcher(
                file, loader, sources, (Loading.Loaded) loader.load(file), told::add);
    }

    private static List<String> tools(CatalogueWatcher watcher) {
        watcher.look();
        watcher.look();
        return watcher.current().catalogue().tools().stream()
                .map(tool -> tool.name().value())
                .toList();
    }

    @Test
    void loads_nothing_anew_while_nothing_changes() throws IOException {
        CatalogueWatcher watcher = watching(ONE);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(tools(watcher)).containsExactly("one");
        assertThat(told).isEmpty();
    }

    @Test
    void follows_a_change_that_keeps_size_and_time() throws IOException {
        CatalogueWatcher watcher = watching(ONE);
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, TWO);
        Files.setLastModifiedTime(file, time);
        assertThat(tools(watcher)).containsExactly("two");
        assertThat(told).hasSize(1);
    }

    @Test
    void waits_until_a_file_is_written_to_its_end() throws IOException {
        CatalogueWatcher watcher = watching(ONE);
        Files.writeString(file, "tools: []\n");
        watcher.look();
        Files.writeString(file, TWO);
        watcher.look();
        assertThat(told).isEmpty();
        assertThat(tools(watcher)).containsExactly("two");
        assertThat(told).hasSize(1);
    }

    @Test
    void keeps_the_last_good_catalogue_and_tells_the_faults_once() throws IOException {
        CatalogueWatcher watcher = watching(ONE);
        Files.writeString(file, "tools: [{name: two}]\n");
        assertThat(tools(watcher)).containsExactly("one");
        assertThat(tools(watcher)).containsExactly("one");
        assertThat(told).hasSize(1);
        assertThat(watcher.failure())
                .get()
                .extracting(faulty -> faulty.faults().getFirst())
                .extracting(Finding::key)
                .isEqualTo("tools.two");

        Files.writeString(file, TWO);
        assertThat(tools(watcher)).containsExactly("two");
        assertThat(watcher.failure()).isEmpty();
    }

    @Test
    void survives_a_file_that_goes_and_comes_back() throws IOException {
        CatalogueWatcher watcher = watching(ONE);
        Files.delete(file);
        assertThat(tools(watcher)).containsExactly("one");
        assertThat(watcher.failure()).isPresent();
        Files.writeString(file, TWO);
        assertThat(tools(watcher)).containsExactly("two");
    }

    @Test
    void follows_a_folder_that_a_link_is_turned_to() throws IOException {
        // How Kubernetes swaps a ConfigMap: tools.yaml -> ..data/tools.yaml, and ..data -> one
        // folder, then another.
        Path first = Files.createDirectory(folder.resolve("..1"));
        Path second = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(first.resolve("tools.yaml"), ONE);
        Files.writeString(second.resolve("tools.yaml"), TWO);
        Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(file, Path.of("..data/tools.yaml"));
        CatalogueWatcher watcher = watching();

        Files.delete(data);
        Files.createSymbolicLink(data, Path.of("..2"));

        assertThat(tools(watcher)).containsExactly("two");
    }

    @Test
    void follows_an_included_file_and_one_that_holds_a_secret() throws IOException {
        Files.writeString(folder.resolve("more.yaml"), ONE);
        Files.writeString(folder.resolve("token"), "t1\n");
        CatalogueWatcher watcher =
                watching(
                        "include: more.yaml\ntools: [{name: own, url: \"http://x/\", headers: {X: \"${file:token}\"}}]\n");
        assertThat(tools(watcher)).containsExactly("one", "own");

        Files.writeString(folder.resolve("more.yaml"), TWO);
        assertThat(tools(watcher)).containsExactly("two", "own");

        Files.writeString(folder.resolve("token"), "t2\n");
        tools(watcher);
        assertThat(watcher.current().catalogue().secrets())
                .extracting(secret -> secret.value())
                .containsExactly("t2");
    }

    @Test
    void goes_on_after_a_load_that_broke() throws IOException {
        Map<String, String> broken = new HashMap<>();
        Sources breaking =
                Sources.of(
                        name -> {
                            if (!broken.isEmpty()) {
                                throw new IllegalStateException(broken.get(name));
                            }
                            return "x";
                        });
        Files.writeString(file, ONE.replace("http://x/", "http://${HOST}/"));
        CatalogueLoader loader = new CatalogueLoader(breaking, false);
        CatalogueWatcher watcher =
                new CatalogueWatcher(
                        file, loader, breaking, (Loading.Loaded) loader.load(file), told::add);

        broken.put("HOST", "no variable today");
        Files.writeString(file, TWO.replace("http://x/", "http://${HOST}/"));
        assertThat(tools(watcher)).containsExactly("one");
        assertThat(tools(watcher)).containsExactly("one");

        assertThat(told).as("told once").singleElement().isInstanceOf(Loading.Faulty.class);
        assertThat(watcher.failure().orElseThrow().faults())
                .singleElement()
                .asString()
                .contains("internal error")
                .doesNotContain("no variable today");
        broken.clear();
        Files.writeString(file, TWO);
        assertThat(tools(watcher)).containsExactly("two");
        assertThat(watcher.failure()).isEmpty();
    }

    @Test
    void takes_a_load_that_cannot_be_served_for_a_failure_and_goes_on() throws IOException {
        Files.writeString(file, ONE);
        CatalogueWatcher watcher =
                new CatalogueWatcher(
                        file,
                        loader,
                        sources,
                        (Loading.Loaded) loader.load(file),
                        loading -> {
                            told.add(loading);
                            if (told.size() == 1) {
                                throw new IllegalStateException("no client for it");
                            }
                        });

        Files.writeString(file, TWO);
        assertThat(tools(watcher)).as("what is still served").containsExactly("one");
        assertThat(told).hasSize(2);
        assertThat(watcher.failure()).contains((Loading.Faulty) told.getLast());

        Files.writeString(file, TWO.replace("two", "three"));
        assertThat(tools(watcher)).containsExactly("three");
    }

    @Test
    void ends_its_thread_when_closed() throws IOException {
        CatalogueWatcher watcher = watching(ONE);
        watcher.start();
        watcher.close();
        watcher.close();
        assertThat(watcher.current().catalogue().tools()).hasSize(1);
    }
}
