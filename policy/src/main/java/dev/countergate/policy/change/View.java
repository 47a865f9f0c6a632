package dev.countergate.policy.change;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.token.CanonicalJson;
import dev.countergate.policy.token.Digest;
import java.util.List;

/**
 * A proposal as its approver sees it: the whole truth of a core's bytes, and nothing else. The same bytes give the same text
 * on every machine, at every time, in every terminal.
 *
 * <p>A line of ours begins in the first column or is indented before a label of ours. A foreign text stands in it only when
 * it is one plain ASCII word; any other stands below, framed by {@code |},
 * {@code -} and {@code +}, so that nothing it holds can pass for a line of
 * ours. What does not look like itself is shown as its code point. Nothing is cut and every member is shown: a core this
 * renderer does not know all of has no view.
 *
 * @param text lines of at most 80 columns, each with its end
 */
public record View(String text) {
    /** The most lines a person is asked to read. */
    public static final int LINES_MAX = 200;

    /** The view of {@code core}, or why nobody could be shown it; to be asked when it is proposed. */
    public static Checked<View> of(byte[] core) {
        return CanonicalJson.read(core)
                .then(
                        json -> {
                            ViewWriter writer = new ViewWriter();
                            try {
                                writer.core(new ViewMembers("core", json), Core.digest(core));
                            } catch (ViewMembers.Unknown unknown) {
                                return Checked.invalid(
                                        new Fault("", String.valueOf(unknown.getMessage())));
                            }
                            return bounded(writer.lines());
                        });
    }

    private static Checked<View> bounded(List<String> lines) {
        return lines.size() > LINES_MAX
                ? Checked.invalid(
                        new Fault(
                                "",
                                "needs "
                                        + lines.size()
                                        + " lines to be shown whole, more than "
                                        + LINES_MAX,
                                "ask for a smaller change"))
                : Checked.valid(new View(String.join("\n", lines) + "\n"));
    }

    /** SHA-256 of the text: what a statement names as the thing that was seen. */
    public Digest digest() {
        return Digest.of(text.getBytes(UTF_8));
    }
}
