package dev.countergate.policy.log;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.Digest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a log says of itself at one size (C2SP tlog-checkpoint), as the text of a signed note.
 *
 * @param origin which log; one line, not empty
 * @param size how many leaves it has
 * @param root over them
 */
public record Checkpoint(String origin, long size, Digest root) {
    private static final Pattern WHOLE = Pattern.compile("0|[1-9][0-9]{0,17}");

    public Checkpoint {
        if (origin.isEmpty() || origin.indexOf('\n') >= 0 || size < 0) {
            throw new IllegalArgumentException("a checkpoint has an origin of one line and a size");
        }
    }

    /** The note's text: three lines, each with its end. */
    public String text() {
        return origin
                + "\n"
                + size
                + "\n"
                + Base64.getEncoder().encodeToString(root.bytes())
                + "\n";
    }

    /** The checkpoint whose text this is; extension lines are refused, for ours have none. */
    public static Checked<Checkpoint> parse(String text) {
        List<String> lines = List.of(text.split("\n", -1));
        if (lines.size() != 4
                || lines.getFirst().isEmpty()
                || !lines.getLast().isEmpty()
                || !WHOLE.matcher(lines.get(1)).matches()) {
            return Checked.invalid(new Fault("", "not a checkpoint"));
        }
        try {
            byte[] root = Base64.getDecoder().decode(lines.get(2));
            Digest digest = new Digest(HexFormat.of().formatHex(root));
            Checkpoint checkpoint =
                    new Checkpoint(lines.getFirst(), Long.parseLong(lines.get(1)), digest);
            // Base64 can be spelt in more than one way; only ours is the checkpoint's.
            return checkpoint.text().equals(text)
                    ? Checked.valid(checkpoint)
                    : Checked.invalid(new Fault("", "not a checkpoint in its one form"));
        } catch (IllegalArgumentException notARoot) {
            return Checked.invalid(
                    new Fault("", "not a checkpoint: its root is no SHA-256 digest"));
        }
    }
}
