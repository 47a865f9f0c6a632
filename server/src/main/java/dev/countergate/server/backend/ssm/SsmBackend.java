package dev.countergate.server.backend.ssm;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import dev.countergate.server.backend.BackendClient;
import dev.countergate.server.backend.CallContext;
import dev.countergate.server.backend.ChangeClient;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * AWS Systems Manager in one region of one account. Thread safe.
 *
 * <p>The SDK and the credentials are not touched before the first call: most sessions never need them, and their classes
 * would be most of the daemon's start.
 */
public final class SsmBackend implements BackendClient<SsmRequest> {
    private final Backend.Ssm backend;
    private final Pace pace;
    private final InstantSource clock;
    private final Supplier<UUID> marks;
    private final Object lock = new Object();
    private @Nullable Service service;
    private boolean closed;

    /** The backend as declared. */
    public SsmBackend(Backend.Ssm backend) {
        this(backend, Pace.DEFAULT, InstantSource.system(), UUID::randomUUID);
    }

    SsmBackend(Backend.Ssm backend, Pace pace, InstantSource clock, Supplier<UUID> marks) {
        this.backend = backend;
        this.pace = pace;
        this.clock = clock;
        this.marks = marks;
    }

    /** What changes something here; closed with this client. */
    public ChangeClient changes() {
        return new SsmChanges(this::service, pace, clock);
    }

    @Override
    public Reply fetch(SsmRequest request, CallContext context) throws InterruptedException {
        try {
            Service open = service();
            return switch (request) {
                case SsmRequest.Commands commands ->
                        run(open, CommandOrder.of(commands, mark(), context.deadline()), context);
                case SsmRequest.Document document ->
                        run(open, CommandOrder.of(document, mark(), context.deadline()), context);
                case SsmRequest.Automation automation -> unsupported();
                case SsmRequest.Invocation invocation ->
                        new Outcomes(open).fetch(invocation, context.deadline());
                case SsmRequest.Inventory inventory ->
                        new InventoryReads(open).fetch(inventory.targets(), context.deadline());
                case SsmRequest.StoreParameter parameter ->
                        new ParameterReads(open).fetch(parameter, context.deadline());
                case SsmRequest.StoreParameters parameters ->
                        new ParameterReads(open).fetch(parameters, context.deadline());
            };
        } catch (CallFailedException e) {
            return named(e.failure());
        }
    }

    private Reply run(Service open, CommandOrder order, CallContext context)
            throws CallFailedException, InterruptedException {
        return new CommandReads(new Dispatch(open, pace, clock), new Outcomes(open), pace)
                .run(order, context);
    }

    private String mark() {
        return "countergate " + marks.get();
    }

    private Reply.Failure named(Reply.Failure failure) {
        return new Reply.Failure(
                failure.code(),
                "backend `" + backend.name() + "`: " + failure.message(),
                failure.hint(),
                failure.quoted());
    }

    private static Reply unsupported() {
        return new Reply.Failure(
                FailureCode.BACKEND_REFUSED,
                "an automation cannot be run as a read",
                "declare the tool a write, or use `commands` or `document`");
    }

    private Service service() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the backend is closed");
            }
            if (service == null) {
                service = new Service(backend);
            }
            return service;
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (service != null) {
                service.close();
                service = null;
            }
        }
    }
}
