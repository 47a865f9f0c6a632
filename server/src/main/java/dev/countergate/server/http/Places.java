package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Bounds what one principal has under way, so that none takes every connection there is. Thread safe. */
final class Places {
    private final int ofOneMax;
    private final Map<PrincipalId, Semaphore> ofEach = new ConcurrentHashMap<>();

    /** At most {@code ofOneMax} of one principal. */
    Places(int ofOneMax) {
        this.ofOneMax = ofOneMax;
    }

    /** A place nobody has taken. */
    Place place() {
        return new Place();
    }

    /** One request's place. */
    final class Place {
        private @Nullable Semaphore taken;

        /** Takes it, once; false where {@code principal} has as many as it may. */
        synchronized boolean take(PrincipalId principal) {
            Semaphore own = ofEach.computeIfAbsent(principal, _ -> new Semaphore(ofOneMax));
            if (!own.tryAcquire()) {
                return false;
            }
            taken = own;
            return true;
        }

        /** Gives it back, if it was taken. */
        synchronized void leave() {
            if (taken != null) {
                taken.release();
                taken = null;
            }
        }
    }
}
