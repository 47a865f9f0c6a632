package dev.countergate.server.http;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.http.HttpSession.Carrier;
import dev.countergate.server.mcp.Protocol;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions open over HTTP, bounded in number, each bound to the principal that opened it. Thread safe. */
final class HttpSessions {
    private static final Logger LOG = LoggerFactory.getLogger(HttpSessions.class);
    private static final int ID_BYTES = 18;

    private final Protocol protocol;
    private final HttpLimits limits;
    private final SecureRandom random;
    private final Map<String, HttpSession> open = new ConcurrentHashMap<>();
    private long number;

    HttpSessions(Protocol protocol, HttpLimits limits, SecureRandom random) {
        this.protocol = protocol;
        this.limits = limits;
        this.random = random;
    }

    /**
     * Opens a session of {@code principal}.
     *
     * @param calls where its requests are worked on
     * @throws RefusedException when there are too many, and none of the principal's is idle
     */
    synchronized HttpSession open(PrincipalId principal, Carrier carrier, Executor calls)
            throws RefusedException {
        List<HttpSession> own =
                open.values().stream().filter(each -> each.principal().equals(principal)).toList();
        if (own.size() >= limits.sessionsOfOneMax() || open.size() >= limits.sessionsMax()) {
            makeRoom(own);
        }
        number++;
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        HttpSession session =
                new HttpSession(id, carrier, protocol.open("h" + number, principal, calls));
        open.put(id, session);
        return session;
    }

    private void makeRoom(List<HttpSession> own) throws RefusedException {
        HttpSession oldest =
                own.stream()
                        .filter(HttpSession::isIdle)
                        .min(Comparator.comparingLong(HttpSession::usedNanos))
                        .orElseThrow(
                                () ->
                                        new RefusedException(
                                                HttpStatus.TOO_MANY_REQUESTS_429,
                                                "too many sessions: at most "
                                                        + limits.sessionsOfOneMax()
                                                        + " of one principal and "
                                                        + limits.sessionsMax()
                                                        + " in all: end one with DELETE"));
        LOG.info("session {} of {}: ended to make room", oldest.session().id(), oldest.principal());
        end(oldest);
    }

    /** The session {@code id} names, if it is {@code principal}'s: to everybody else there is none. */
    Optional<HttpSession> find(String id, Carrier carrier, PrincipalId principal) {
        return Optional.ofNullable(open.get(id))
                .filter(session -> session.principal().equals(principal))
                .filter(session -> session.carrier() == carrier);
    }

    /** Ends a session and takes back what is in flight. */
    void end(HttpSession session) {
        open.remove(session.id());
        session.close();
    }

    /** Ends the sessions that have been idle for too long, and keeps silent streams alive. */
    void look(long now) {
        for (HttpSession session : open.values()) {
            if (session.isIdleSince(now - limits.sessionIdle().toNanos())) {
                LOG.debug("session {}: ended: idle", session.session().id());
                end(session);
            } else {
                session.keepAlive(now - limits.keepAlive().toNanos());
            }
        }
    }

    Collection<HttpSession> all() {
        return open.values();
    }

    int count() {
        return open.size();
    }

    /** How many each principal has. */
    Map<String, Integer> byPrincipal() {
        Map<String, Integer> counts = new TreeMap<>();
        open.values().forEach(each -> counts.merge(each.principal().toString(), 1, Integer::sum));
        return counts;
    }
}
