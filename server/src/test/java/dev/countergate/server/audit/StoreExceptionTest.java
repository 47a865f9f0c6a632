package dev.countergate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What an operator is told to do: by the cause, and never two things that exclude each other. */
class StoreExceptionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SQLITE_FULL            | cannot write the store: it failed: make room on its disk",
                "SQLITE_CORRUPT         | cannot write the store: it failed: restore it from a copy",
                "SQLITE_CORRUPT_VTAB    | cannot write the store: it failed: restore it from a copy",
                "SQLITE_NOTADB          | cannot write the store: it failed: restore it from a copy",
                "SQLITE_READONLY        | cannot write the store: it failed: mend the modes in the state directory",
                "SQLITE_READONLY_DBMOVED| cannot write the store: it failed: mend the modes in the state directory",
                "SQLITE_CANTOPEN        | cannot write the store: it failed: mend the modes in the state directory",
                "SQLITE_IOERR_FSYNC     | cannot write the store: it failed: look after its disk",
                "SQLITE_BUSY            | cannot write the store: it failed",
                "SQLITE_CONSTRAINT      | cannot write the store: it failed",
            })
    void says_what_mends_it(SQLiteErrorCode code, String message) {
        assertThat(
                        new StoreException(
                                "cannot write the store", new SQLiteException("it failed", code)))
                .hasMessage(message);
    }

    @Test
    void says_of_another_failure_what_it_was() {
        assertThat(new StoreException("cannot keep the log's head", new IOException("no space")))
                .hasMessage("cannot keep the log's head: no space");
    }
}
