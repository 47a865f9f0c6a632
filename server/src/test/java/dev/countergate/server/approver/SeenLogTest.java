package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.testing.approval.FakeLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeenLogTest {
    @TempDir private Path folder;

    private Path file = Path.of("");
    private FakeLog log = new FakeLog();

    @BeforeEach
    void look_at_a_log_of_three_leaves() throws IOException, RefusedException {
        file = folder.resolve("seen/ops.json");
        log.write("a", "b");
        log.write("c");
        check(log);
    }

    private void check(FakeLog shown) throws IOException, RefusedException {
        new SeenLog(file).check("ops-1", shown::read);
    }

    private static FakeLog logOf(String... writes) {
        FakeLog log = new FakeLog();
        for (String each : writes) {
            log.write(each.split(","));
        }
        return log;
    }

    private void assertRefused(FakeLog shown, String code) {
        assertThatThrownBy(() -> check(shown))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessageContaining("approve nothing here")
                .hasMessageContaining(file.toString());
    }

    @Test
    void takes_the_same_log_again_and_one_that_went_on() throws IOException, RefusedException {
        check(log);
        log.write("d", "e");
        log.write("f");
        check(log);
        check(log);
        assertThat(Files.readString(file)).contains("\"size\":6");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void takes_a_log_longer_than_a_page() throws IOException, RefusedException {
        for (int i = 0; i < 3 * SeenLog.PAGE_LINES; i++) {
            log.write("x");
        }
        check(log);
        assertThat(Files.readString(file))
                .contains("\"size\":" + (3 + 3 * SeenLog.PAGE_LINES) + ",");
    }

    @Test
    void takes_a_log_that_grows_while_it_is_read() throws IOException, RefusedException {
        List<Long> reads = new ArrayList<>();
        new SeenLog(file)
                .check(
                        "ops-1",
                        (from, limit) -> {
                            reads.add(from);
                            List<String> page = log.read(from, limit);
                            if (reads.size() < 4) {
                                log.write("more");
                            }
                            return page;
                        });
        check(log);
        assertThat(reads).hasSizeGreaterThan(2);
    }

    @Test
    void refuses_a_log_that_shrank() {
        assertRefused(logOf("a,b"), "LOG_SHRANK");
        assertRefused(new FakeLog(), "LOG_SHRANK");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x,b;c",
                "a,x;c",
                "a,b;x",
                "x,b;c;d",
                "a,b;x;d",
                "a,x;c;d,e;f",
                "b,a;c;d",
            })
    void refuses_a_log_whose_past_is_another(String writes) {
        assertRefused(logOf(writes.split(";")), "LOG_FORKED");
    }

    @Test
    void refuses_a_log_that_shrank_and_grew_again() {
        assertRefused(logOf("a", "d", "e", "f"), "LOG_FORKED");
    }

    @Test
    void refuses_leaves_that_no_checkpoint_covers() {
        log.leaf("d");
        assertRefused(log, "LOG_FORKED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "not json",
                "{\"index\":7,\"kind\":\"x\"}",
                "{\"index\":\"3\",\"kind\":\"x\"}",
                "{\"checkpoint\":\"countergate\\n99\\nAAAA\\n\\nx\"}",
                "{\"checkpoint\":7}",
                "{\"checkpoint\":\"\"}",
            })
    void refuses_lines_that_are_no_log(String line) {
        assertThatThrownBy(() -> new SeenLog(file).check("ops-1", (from, limit) -> List.of(line)))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("LOG_FORKED"));
    }

    @Test
    void refuses_another_server_in_the_same_place() {
        assertThatThrownBy(() -> new SeenLog(file).check("ops-2", log::read))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("another server answers");
    }

    @Test
    void remembers_nothing_of_a_log_it_refused() throws IOException {
        String before = Files.readString(file);
        assertRefused(logOf("x,b", "c", "d"), "LOG_FORKED");
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThatCode(() -> check(log)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "{\"size\":3,\"subtrees\":[]}", "\u0000"})
    void a_damaged_memory_is_not_taken_for_none(String content) throws IOException {
        Files.writeString(file, content);
        assertThatThrownBy(() -> check(log))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
    }
}
