package dev.countergate.server;

import dev.countergate.policy.token.Digest;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import dev.countergate.server.operator.HeldCatalogue;
import java.util.Optional;

final class NothingHeld implements HeldCatalogue {
    @Override
    public Optional<Held> held() {
        return Optional.empty();
    }

    @Override
    public void accept(Digest digest, String by) throws RefusedException {
        throw new RefusedException("NOTHING_HELD", "no change of the catalogue is held");
    }
}
