package dev.countergate.server.audit;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/**
 * The store cannot be opened, read or written, and nothing may be acted on. Nothing of the transaction has happened, unless
 * {@link #mayHaveHappened()}.
 */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean isUncertain;

    public StoreException(String message) {
        super(message);
        this.isUncertain = false;
    }

    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private StoreException(String message, Throwable cause, boolean isUncertain) {
        super(message + ": " + cause.getMessage() + mend(cause), cause);
        this.isUncertain = isUncertain;
    }

    /** What mends a fault of the file, by what SQLite calls it; nothing where that alone does not tell. */
    private static String mend(Throwable cause) {
        if (!(cause instanceof SQLException failed)) {
            return "";
        }
        // The lower byte is what went wrong, the rest where.
        int kind = failed.getErrorCode() & 0xff;
        if (kind == SQLiteErrorCode.SQLITE_FULL.code) {
            return ": make room on its disk";
        }
        if (kind == SQLiteErrorCode.SQLITE_CORRUPT.code
                || kind == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return ": restore it from a copy";
        }
        if (kind == SQLiteErrorCode.SQLITE_READONLY.code
                || kind == SQLiteErrorCode.SQLITE_PERM.code
                || kind == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
            return ": mend the modes in the state directory";
        }
        return kind == SQLiteErrorCode.SQLITE_IOERR.code ? ": look after its disk" : "";
    }

    /** The disk neither confirmed the transaction nor can be asked; what stands there is read once it can. */
    static StoreException uncertain(Throwable cause) {
        return new StoreException(
                "the store may or may not have kept the transaction", cause, true);
    }

    /**
     * Whether the transaction may have happened all the same: its commit failed and the store could not be read since. The
     * next transaction that succeeds shows which.
     */
    public boolean mayHaveHappened() {
        return isUncertain;
    }
}
