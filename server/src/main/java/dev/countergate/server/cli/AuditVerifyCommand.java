package dev.countergate.server.cli;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.NoteKey;
import dev.countergate.server.audit.AuditFile;
import dev.countergate.server.audit.AuditFile.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "verify",
        description = {
            "Checks a copy of the log by itself, without a daemon.",
            "Every leaf against the signed checkpoints, and that what it says of proposals can have",
            "happened."
        },
        footer = {
            "",
            "Exit code 0 good, 1 tampered, 2 cannot tell. Without --head leaves may be missing at the",
            "end. With --json: {verdict, leaves, first?, last?, why?}, verdict one of good, tampered,",
            "cannot_tell; leaves are those known to be good; first and last the leaves in question.",
            "",
            "  $ countergate audit verify log.jsonl --key log.pub --head log.head"
        })
final class AuditVerifyCommand implements Callable<Integer> {
    private static final int GOOD = 0;
    private static final int TAMPERED = 1;
    private static final int CANNOT_TELL = 2;

    private final Console console;

    @Parameters(paramLabel = "FILE", description = "the copy")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "the log's verifier key (log.pub beside FILE)")
    private @Nullable Path key;

    @Option(
            names = "--head",
            paramLabel = "HEAD",
            description =
                    "a checkpoint seen before, a log.head or the last line of an export, whose leaves"
                            + " must be there")
    private @Nullable Path head;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AuditVerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Verdict verdict;
        try {
            verdict = verdict();
        } catch (IOException unreadable) {
            verdict = new Verdict.CannotTell(0, FileFailure.text(unreadable));
        }
        if (json) {
            console.print(described(verdict));
        } else {
            console.print(sentence(verdict));
        }
        return switch (verdict) {
            case Verdict.Good good -> GOOD;
            case Verdict.Tampered tampered -> TAMPERED;
            case Verdict.CannotTell cannotTell -> CANNOT_TELL;
        };
    }

    private Verdict verdict() throws IOException {
        Path copy = console.directory().resolve(file);
        Path known =
                key == null ? copy.resolveSibling("log.pub") : console.directory().resolve(key);
        if (!(NoteKey.parse(Files.readString(known))
                instanceof Checked.Valid<NoteKey>(NoteKey pub))) {
            return new Verdict.CannotTell(0, "`" + known + "` is not a verifier key");
        }
        Checkpoint seen = null;
        if (head != null) {
            Path kept = console.directory().resolve(head);
            Optional<Checkpoint> said = AuditFile.head(Files.readString(kept), pub);
            if (said.isEmpty()) {
                return new Verdict.CannotTell(
                        0, "`" + kept + "` is not a checkpoint that this key signed");
            }
            seen = said.get();
        }
        long size = Files.size(copy);
        try (SeekableByteChannel channel = Files.newByteChannel(copy);
                InputStream in = Channels.newInputStream(channel);
                Waiting _ = console.waiting(() -> checked(channel, size))) {
            return AuditFile.verify(in, pub, seen);
        }
    }

    private static String checked(SeekableByteChannel copy, long size) {
        try {
            return "read " + (copy.position() >> 20) + " of " + (size >> 20) + " MB";
        } catch (IOException closed) {
            return "read";
        }
    }

    private String sentence(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Good(long size) ->
                    head == null
                            ? "good up to " + size + " leaves, later leaves not excluded"
                            : "good: " + size + " leaves, none of those seen before is missing";
            case Verdict.Tampered(long first, long last, String why) ->
                    first == last
                            ? "tampered: leaf " + first + ": " + why
                            : "tampered: one of the leaves " + first + " to " + last + ": " + why;
            case Verdict.CannotTell(long size, String why) ->
                    "cannot tell beyond " + size + " leaves: " + why;
        };
    }

    private static ObjectNode described(Verdict verdict) {
        ObjectNode described = JsonNodeFactory.instance.objectNode();
        return switch (verdict) {
            case Verdict.Good(long size) -> described.put("verdict", "good").put("leaves", size);
            case Verdict.Tampered(long first, long last, String why) ->
                    described
                            .put("verdict", "tampered")
                            .put("leaves", first)
                            .put("first", first)
                            .put("last", last)
                            .put("why", why);
            case Verdict.CannotTell(long size, String why) ->
                    described.put("verdict", "cannot_tell").put("leaves", size).put("why", why);
        };
    }
}
