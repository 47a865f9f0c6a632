package dev.countergate.policy.token;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A command of the operator plane that gives somebody more than they had: it lifts a stop, settles what nobody knows, takes
 * a looser catalogue, or says whose signature counts.
 */
public sealed interface WideningCommand {
    /** The longest environment or note, in characters. */
    int TEXT_MAX = 500;

    /**
     * Lifts a freeze.
     *
     * @param environment of this environment, or null for the freeze of all
     */
    record Thaw(@Nullable String environment) implements WideningCommand {
        public Thaw {
            if (environment != null && !isText(environment)) {
                throw new IllegalArgumentException("not an environment");
            }
        }

        @Override
        public String word() {
            return "thaw";
        }

        @Override
        public ObjectNode arguments() {
            ObjectNode arguments = JsonNodeFactory.instance.objectNode();
            if (environment != null) {
                arguments.put("environment", environment);
            }
            return arguments;
        }
    }

    /**
     * Settles an attempt whose outcome is unknown.
     *
     * @param applied what the person found
     * @param note how they know
     */
    record Resolve(ProposalId proposal, boolean applied, String note) implements WideningCommand {
        public Resolve {
            if (!isText(note)) {
                throw new IllegalArgumentException("not a note");
            }
        }

        @Override
        public String word() {
            return "resolve";
        }

        @Override
        public ObjectNode arguments() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("proposal", proposal.value())
                    .put("applied", applied)
                    .put("note", note);
        }
    }

    /**
     * Takes the catalogue change that is held.
     *
     * @param digest of the change as it was shown
     */
    record Reload(Digest digest) implements WideningCommand {
        @Override
        public String word() {
            return "reload";
        }

        @Override
        public ObjectNode arguments() {
            return JsonNodeFactory.instance.objectNode().put("digest", digest.hex());
        }
    }

    /** Enrols {@code key} as {@code name}'s. */
    record ApproverAdd(Person name, SshPublicKey key) implements WideningCommand {
        @Override
        public String word() {
            return "approver_add";
        }

        @Override
        public ObjectNode arguments() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("name", name.name())
                    .put("key", key.line());
        }
    }

    /**
     * Strikes a person's keys out.
     *
     * @param fingerprint of the one key meant, or null for all of theirs
     */
    record ApproverRemove(Person name, @Nullable String fingerprint) implements WideningCommand {
        public ApproverRemove {
            if (fingerprint != null && !SignedText.FINGERPRINT.matcher(fingerprint).matches()) {
                throw new IllegalArgumentException("not a key's fingerprint");
            }
        }

        @Override
        public String word() {
            return "approver_remove";
        }

        @Override
        public ObjectNode arguments() {
            ObjectNode arguments = JsonNodeFactory.instance.objectNode().put("name", name.name());
            if (fingerprint != null) {
                arguments.put("fingerprint", fingerprint);
            }
            return arguments;
        }
    }

    /** Its name. */
    String word();

    /** What it is to act on: a fresh object, from which {@link #read} makes an equal command. */
    ObjectNode arguments();

    /** The command {@code word} with {@code arguments}: these members, all of them, of their type, and no others. */
    static Checked<WideningCommand> read(String word, JsonNode arguments) {
        return WideningMembers.command(word, arguments);
    }

    /** Whether {@code text} is one line of at most {@link #TEXT_MAX} characters that shows all it holds. */
    static boolean isText(String text) {
        return !text.isBlank()
                && text.length() <= TEXT_MAX
                && text.codePoints().noneMatch(WideningCommand::isHidden);
    }

    private static boolean isHidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE ->
                    true;
            default -> false;
        };
    }
}
