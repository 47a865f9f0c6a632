package dev.countergate.server;

import dev.countergate.server.authority.DurableFile;
import dev.countergate.server.config.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The catalogue that was accepted last, kept in the state directory so that an edit made while no daemon ran is compared with
 * it as one made before its eyes. Not thread safe.
 */
final class AcceptedCatalogue {
    /** In the state directory, mode 0600. */
    static final String FILE = "accepted-catalogue.json";

    private final Path file;

    /** Made at the first start, after something was accepted. */
    private final Path store;

    AcceptedCatalogue(Path state) {
        this.file = state.resolve(FILE);
        this.store = state.resolve("store.db");
    }

    /**
     * What is kept; empty before anything was accepted.
     *
     * @throws IOException when it cannot be read, or is gone from beside a store: that must not pass for a first start
     */
    Optional<Snapshot> read() throws IOException {
        try {
            return Optional.of(Snapshot.parse(Files.readString(file)));
        } catch (NoSuchFileException none) {
            if (Files.exists(store)) {
                throw new IOException("`" + file + "` was removed", none);
            }
            return Optional.empty();
        }
    }

    /** Keeps {@code accepted} in place of what was kept; on disk when this returns. */
    void keep(Snapshot accepted) throws IOException {
        try (DurableFile.Written written = written(accepted)) {
            written.putInPlace();
        }
    }

    /** {@code accepted} on disk, to be put in the place of what was kept. */
    DurableFile.Written written(Snapshot accepted) throws IOException {
        return DurableFile.write(file, accepted.json());
    }
}
