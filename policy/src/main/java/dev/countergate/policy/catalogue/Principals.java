package dev.countergate.policy.catalogue;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.token.BearerToken;
import dev.countergate.policy.token.Digest;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is who: the person behind a principal, what it may do, and the tokens that show who calls.
 *
 * <p>A local user that is not named here may do all there is to do. A token that is not named here is nobody's.
 */
public final class Principals {
    /** Nobody is named. */
    public static final Principals NONE = new Principals(List.of());

    private static final String UNIX = "unix:";

    private final Map<PrincipalId, Principal> all;

    /**
     * A principal as the catalogue names it.
     *
     * @param person who stands behind it, or null
     * @param token what it shows, or null for one that is known otherwise
     */
    public record Principal(
            PrincipalId id, @Nullable String person, @Nullable Token token, Powers powers) {}

    /**
     * What is kept of a bearer token.
     *
     * @param digest {@link BearerToken#digest()}
     * @param expires from when on it is nobody's, or null
     */
    public record Token(Digest digest, @Nullable Instant expires) {
        boolean isGoodAt(Instant now) {
            return expires == null || now.isBefore(expires);
        }
    }

    /**
     * These principals.
     *
     * @throws IllegalArgumentException when two have one id
     */
    public Principals(Collection<Principal> principals) {
        Map<PrincipalId, Principal> byId = new LinkedHashMap<>();
        for (Principal principal : principals) {
            if (byId.put(principal.id(), principal) != null) {
                throw new IllegalArgumentException("two principals `" + principal.id() + "`");
            }
        }
        this.all = Collections.unmodifiableMap(byId);
    }

    /** Those named, in the order of the file. */
    public Collection<Principal> all() {
        return all.values();
    }

    /** The principal of that name, where it is named. */
    public Optional<Principal> find(PrincipalId id) {
        return Optional.ofNullable(all.get(id));
    }

    /** The person behind {@code id}, where it is mapped to one. */
    public Optional<String> person(PrincipalId id) {
        return find(id).map(Principal::person);
    }

    /** What {@code id} may do. */
    public Powers powers(PrincipalId id) {
        Principal named = all.get(id);
        if (named != null) {
            return named.powers();
        }
        return id.value().startsWith(UNIX) ? Powers.ALL : Powers.NONE;
    }

    /**
     * Whose bearer token this is; empty where it is nobody's, or no longer. How long that takes tells nothing of the tokens
     * that are known: it is compared with all of them, each time as a whole.
     */
    public Optional<PrincipalId> ofBearer(String text, Instant now) {
        Optional<BearerToken> shown = BearerToken.parse(text);
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        byte[] digest = shown.get().digest().bytes();
        PrincipalId found = null;
        for (Principal principal : all.values()) {
            Token token = principal.token();
            if (token != null) {
                boolean isSame = MessageDigest.isEqual(token.digest().bytes(), digest);
                boolean isGood = token.isGoodAt(now);
                found = isSame && isGood ? principal.id() : found;
            }
        }
        return Optional.ofNullable(found);
    }

    /** Whether any token is named, good or not. */
    public boolean haveTokens() {
        return all.values().stream().anyMatch(principal -> principal.token() != null);
    }
}
