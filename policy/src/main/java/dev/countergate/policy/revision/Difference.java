package dev.countergate.policy.revision;

/**
 * One difference between two catalogues.
 *
 * @param judgement what it does
 * @param text where and what, in ASCII, on one line; a secret by its name
 */
public record Difference(Judgement judgement, String text) {
    /** As a person reads it: {@code loosens: policy.mode: "propose" -> "auto"}. */
    public String line() {
        return judgement.word() + ": " + text;
    }
}
