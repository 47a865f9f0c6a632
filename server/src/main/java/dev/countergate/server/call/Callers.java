package dev.countergate.server.call;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.catalogue.Principals;
import java.time.Clock;
import java.util.Optional;

/** Tells who calls over the network, by the catalogue served at that moment. Thread safe. */
public interface Callers {
    /** Whose bearer token this is; empty where it is nobody's, or no longer. A token taken back stops working at once. */
    Optional<PrincipalId> ofBearer(String token);

    /** Who calls without a token; empty where one is asked for. */
    Optional<PrincipalId> withoutToken();

    /** Whether there is any token to be let in with. */
    boolean haveTokens();

    /** Those of {@code current}. */
    static Callers of(CurrentCatalogue current, Clock clock) {
        return new Callers() {
            private Principals principals() {
                return current.now().catalogue().principals();
            }

            @Override
            public Optional<PrincipalId> ofBearer(String token) {
                return principals().ofBearer(token, clock.instant());
            }

            @Override
            public Optional<PrincipalId> withoutToken() {
                return principals().admitAnyone()
                        ? Optional.of(PrincipalId.ANYONE)
                        : Optional.empty();
            }

            @Override
            public boolean haveTokens() {
                return principals().haveTokens();
            }
        };
    }
}
