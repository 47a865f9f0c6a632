package dev.countergate.server.audit;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.AllowedSigners.Signer;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whose key was whose as a log tells it, by its leaves of the kind {@code approver}. Of a key no leaf speaks of it knows
 * nothing, for the file of the approvers may be older than the log.
 */
final class Enrolments {
    private static final int ZONE_EAST_MAX = 14;
    private static final int ZONE_WEST_MAX = 12;

    /** By fingerprint; null once it was removed. */
    private final Map<String, @Nullable Signer> known = new HashMap<>();

    private final Map<String, String> lines = new HashMap<>();

    /** Takes a leaf that adds or removes a key; says what of it cannot be. */
    Optional<String> next(JsonNode leaf) {
        String line = ProposalLives.text(leaf, "line");
        Optional<Signer> signer = parse(line, ZoneOffset.UTC).flatMap(Enrolments::only);
        if (signer.isEmpty()
                || !signer.get().person().name().equals(ProposalLives.text(leaf, "person"))) {
            return Optional.of("a key change without the line of its person");
        }
        String fingerprint = signer.get().key().fingerprint();
        switch (ProposalLives.text(leaf, "action")) {
            case "add" -> {
                known.put(fingerprint, signer.get());
                lines.put(fingerprint, line);
            }
            case "remove" -> known.put(fingerprint, null);
            default -> {
                return Optional.of("a key change that neither adds nor removes");
            }
        }
        return Optional.empty();
    }

    /** Why {@code key} cannot have spoken for {@code person} at {@code time}. */
    Optional<String> objection(SshPublicKey key, String person, Instant time) {
        String fingerprint = key.fingerprint();
        if (!known.containsKey(fingerprint)) {
            return Optional.empty();
        }
        Signer signer = known.get(fingerprint);
        if (signer == null) {
            return Optional.of("the key of `" + person + "` was removed before");
        }
        if (!signer.person().name().equals(person)) {
            return Optional.of(
                    "the key is that of `" + signer.person() + "`, not `" + person + "`");
        }
        // A line may leave out its time zone, and where the daemon ran is not in the log.
        boolean isValid =
                IntStream.rangeClosed(-ZONE_WEST_MAX, ZONE_EAST_MAX)
                        .mapToObj(ZoneOffset::ofHours)
                        .flatMap(zone -> parse(lines.getOrDefault(fingerprint, ""), zone).stream())
                        .anyMatch(
                                signers ->
                                        signers.personOf(key, Statement.NAMESPACE, time)
                                                instanceof Checked.Valid);
        return isValid
                ? Optional.empty()
                : Optional.of("the key of `" + person + "` was not valid then");
    }

    private static Optional<AllowedSigners> parse(String line, ZoneOffset zone) {
        return AllowedSigners.parse(line, zone)
                        instanceof Checked.Valid<AllowedSigners>(AllowedSigners signers)
                ? Optional.of(signers)
                : Optional.empty();
    }

    private static Optional<Signer> only(AllowedSigners signers) {
        return signers.signers().size() == 1
                ? Optional.of(signers.signers().getFirst())
                : Optional.empty();
    }
}
