package dev.countergate.policy.revision;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.token.Digest;
import java.util.List;

/**
 * What would change if one catalogue took another's place.
 *
 * @param digest of both catalogues, so that who accepts a revision accepts no other
 * @param differences all of them; none where both say the same
 */
public record Revision(Digest digest, List<Difference> differences) {
    private static final byte[] DOMAIN = "countergate/revision/v1\0".getBytes(UTF_8);

    public Revision {
        differences = List.copyOf(differences);
    }

    /** What would change if {@code next} took the place of {@code accepted}. */
    public static Revision between(Catalogue accepted, Catalogue next) {
        Digest before = accepted.digest();
        Digest after = next.digest();
        Differences differences = new Differences();
        new BackendComparison(accepted, next, differences).compare();
        new ToolComparison(accepted, next, differences).compare();
        new PrincipalComparison(accepted, next, differences).compare();
        new PolicyComparison(accepted, next, differences).compare();
        // INVARIANT: two catalogues that say different things never compare as the same.
        if (!before.equals(after) && differences.found().isEmpty()) {
            differences.tell(Judgement.LOOSENS, "the catalogue: changed in a way not told here");
        }
        return new Revision(Digest.of(DOMAIN, before.bytes(), after.bytes()), differences.found());
    }

    /** Whether anything in it may loosen, so that a person has to accept it. */
    public boolean loosens() {
        return differences.stream()
                .anyMatch(difference -> difference.judgement() == Judgement.LOOSENS);
    }

    /** The differences as a person reads them, those that loosen first. */
    public List<String> lines() {
        return differences.stream()
                .sorted((one, other) -> other.judgement().compareTo(one.judgement()))
                .map(Difference::line)
                .toList();
    }
}
