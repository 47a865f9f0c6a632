package dev.countergate.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.relay.ExitCode;
import dev.countergate.relay.StateDirectory;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "export",
        description = {
            "Writes the whole log to a file as JSON Lines.",
            "Leaves, and signed checkpoints between them, the last line one over all leaves."
        },
        footer = {
            "",
            "The file is there whole or not at all, mode 0600; one that is there is replaced. Its last",
            "line, kept elsewhere, is a --head for `audit verify`. With --json: {file, leaves, key}, key",
            "the file of the verifier key.",
            "",
            "  $ countergate audit export log.jsonl"
        })
final class AuditExportCommand implements Callable<Integer> {
    /** It holds every proposal, as the store does. */
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Console console;

    @Mixin private Place place = new Place();

    @Parameters(paramLabel = "FILE", description = "where to")
    private Path file = Path.of("");

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AuditExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws Exception {
        StateDirectory state = place.state(console);
        Path target = console.directory().resolve(file);
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("there is no directory `" + folder + "`");
        }
        Path partly = target.resolveSibling(target.getFileName() + ".part");
        AuditPages pages = new AuditPages(state, 0);
        long leaves;
        try (Waiting _ = console.waiting(() -> pages.next() + " leaves so far")) {
            leaves = write(pages, partly);
            Files.move(partly, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partly);
        }
        Path key = state.path().resolve("log.pub");
        if (json) {
            console.print(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("file", target.toString())
                            .put("leaves", leaves)
                            .put("key", key.toString()));
        } else {
            console.print(
                    leaves
                            + " leaves in `"
                            + target
                            + "`: check them with `countergate audit verify "
                            + file
                            + " --key "
                            + key
                            + "`");
        }
        return ExitCode.DONE;
    }

    private static long write(AuditPages pages, Path partly) throws Exception {
        Files.deleteIfExists(partly);
        try (OutputStream out =
                new BufferedOutputStream(
                        Channels.newOutputStream(
                                Files.newByteChannel(
                                        partly,
                                        Set.of(
                                                StandardOpenOption.CREATE_NEW,
                                                StandardOpenOption.WRITE),
                                        OWNERS_ALONE)))) {
            for (List<String> lines = pages.read(); !lines.isEmpty(); lines = pages.read()) {
                for (String line : lines) {
                    out.write(line.getBytes(UTF_8));
                    out.write('\n');
                }
            }
        }
        return pages.next();
    }
}
