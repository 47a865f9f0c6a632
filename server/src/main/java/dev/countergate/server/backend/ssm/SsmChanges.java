package dev.countergate.server.backend.ssm;

import dev.countergate.policy.catalogue.Tool;
import dev.countergate.policy.change.CoreRequest;
import dev.countergate.policy.change.Event.Outcome;
import dev.countergate.policy.change.Event.Sighting;
import dev.countergate.policy.request.Request;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.ChangeClient;
import dev.countergate.server.backend.Deadline;
import dev.countergate.server.backend.Resolution;
import dev.countergate.server.backend.Seen;
import dev.countergate.server.backend.Sending;
import dev.countergate.server.backend.Sent;
import dev.countergate.server.backend.Wish;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ssm.model.Command;

/** Commands and automations, each sent once. A command is found again by the attempt id in its comment. */
final class SsmChanges implements ChangeClient {
    /** How long Systems Manager may take to list a command. */
    static final Duration SETTLE = Duration.ofMinutes(15);

    /** An automation may wait for people; after so long its outcome is one for a person to settle. */
    static final Duration AUTOMATION_MAX = Duration.ofHours(6);

    /** Beyond a command's own limits, for the service to say so. */
    private static final Duration SLACK = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(SsmChanges.class);

    private final Supplier<Service> service;
    private final Pace pace;
    private final InstantSource clock;

    SsmChanges(Supplier<Service> service, Pace pace, InstantSource clock) {
        this.service = service;
        this.pace = pace;
        this.clock = clock;
    }

    @Override
    public Resolution resolve(Request request, Wish wish) throws InterruptedException {
        try {
            return new Resolving(service.get()).resolve(request, wish);
        } catch (CallFailedException e) {
            return new Resolution.Failed(e.failure());
        }
    }

    @Override
    public Sent send(CoreRequest request, Sending sending) throws InterruptedException {
        CoreRequest.Ssm ssm = ssm(request);
        return switch (ssm.action()) {
            case SEND_COMMAND -> command(ssm, sending);
            case START_AUTOMATION -> automation(ssm, sending);
        };
    }

    private Sent command(CoreRequest.Ssm request, Sending sending) throws InterruptedException {
        Dispatch dispatch = new Dispatch(service.get(), pace, clock);
        Instant before = clock.instant();
        String id;
        try {
            id =
                    dispatch.sendOnce(
                            CommandOrder.of(request), sending.mayBegin(), sending.deadline());
        } catch (CallFailedException e) {
            if (!e.isUnclear()) {
                return refused(e);
            }
            Optional<String> found =
                    foundAllTheSame(dispatch, request.comment(), before, sending.deadline());
            if (found.isEmpty()) {
                return unknown(e);
            }
            id = found.get();
        }
        return accepted(request, id, sending);
    }

    private Optional<String> foundAllTheSame(
            Dispatch dispatch, String mark, Instant before, Deadline deadline)
            throws InterruptedException {
        try {
            return dispatch.findByMark(mark, before, deadline.atMost(pace.settling()));
        } catch (CallFailedException unreadable) {
            return Optional.empty();
        }
    }

    private Sent automation(CoreRequest.Ssm request, Sending sending) throws InterruptedException {
        String id;
        try {
            id = new Automations(service.get(), pace).start(request, sending);
        } catch (CallFailedException e) {
            return e.isUnclear() ? unknown(e) : refused(e);
        }
        return accepted(request, id, sending);
    }

    /** Tells the id and waits. What could not be stored is waited for all the same: it runs. */
    private Sent accepted(CoreRequest.Ssm request, String id, Sending sending)
            throws InterruptedException {
        String more = "";
        try {
            sending.accepted().as(id);
        } catch (RuntimeException notStored) {
            LOG.atError()
                    .addKeyValue("attempt", request.attempt())
                    .addKeyValue("id", id)
                    .setCause(notStored)
                    .log("the name of an attempt is not stored");
            more = "; its id could not be stored";
        }
        Sent sent = resume(request, id, sending);
        return new Sent(sent.outcome(), sent.detail() + more, sent.result());
    }

    @Override
    public Sent resume(CoreRequest request, String handle, Sending sending)
            throws InterruptedException {
        CoreRequest.Ssm ssm = ssm(request);
        return switch (ssm.action()) {
            case SEND_COMMAND -> watch().toEnd(ssm, handle, sending);
            case START_AUTOMATION -> new Automations(service.get(), pace).toEnd(handle, sending);
        };
    }

    private CommandWatch watch() {
        Service open = service.get();
        return new CommandWatch(new Dispatch(open, pace, clock), new Outcomes(open), pace);
    }

    @Override
    public Seen search(CoreRequest request, Instant sentAt, Deadline deadline)
            throws InterruptedException {
        CoreRequest.Ssm ssm = ssm(request);
        return switch (ssm.action()) {
            case SEND_COMMAND -> {
                try {
                    Optional<Command> command =
                            new Dispatch(service.get(), pace, clock)
                                    .search(ssm.comment(), sentAt, deadline);
                    yield command.isEmpty()
                            ? new Seen(
                                    Sighting.ABSENT,
                                    "no command has the comment `" + ssm.comment() + "`",
                                    null)
                            : watch().seen(ssm, command.get().commandId(), deadline);
                } catch (CallFailedException e) {
                    yield new Seen(Sighting.UNREADABLE, e.failure().message(), null);
                }
            }
            case START_AUTOMATION ->
                    new Seen(
                            Sighting.UNREADABLE,
                            "automations cannot be listed by their client token: look for one of `"
                                    + ssm.document()
                                    + "` started at that time",
                            null);
        };
    }

    @Override
    public boolean stop(CoreRequest request, String handle, Deadline deadline)
            throws InterruptedException {
        Service open = service.get();
        boolean asked =
                switch (ssm(request).action()) {
                    case SEND_COMMAND -> new Dispatch(open, pace, clock).stop(handle, deadline);
                    case START_AUTOMATION -> new Automations(open, pace).stop(handle, deadline);
                };
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return asked;
    }

    @Override
    public Duration settle() {
        return SETTLE;
    }

    @Override
    public Duration longest(CoreRequest request, Tool tool) {
        CoreRequest.Ssm ssm = ssm(request);
        return ssm.deliverySeconds() == null
                ? AUTOMATION_MAX
                : Duration.ofSeconds(ssm.deliverySeconds() + Resolving.runSeconds(ssm.parameters()))
                        .plus(SLACK);
    }

    private static Sent refused(CallFailedException e) {
        Reply.Failure failure = e.failure();
        String words = failure.quoted().isEmpty() ? "" : ": `" + failure.quoted() + "`";
        return new Sent(Outcome.FAILED, "not accepted: " + failure.message() + words, null);
    }

    private static Sent unknown(CallFailedException e) {
        return new Sent(
                Outcome.OUTCOME_UNKNOWN,
                e.failure().message() + ": whether it was accepted is not known",
                null);
    }

    private static CoreRequest.Ssm ssm(CoreRequest request) {
        if (request instanceof CoreRequest.Ssm ssm) {
            return ssm;
        }
        throw new IllegalArgumentException("not for Systems Manager: " + request.verb());
    }
}
