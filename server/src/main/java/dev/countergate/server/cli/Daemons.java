package dev.countergate.server.cli;

import dev.countergate.policy.token.ProposalId;
import dev.countergate.relay.StateDirectory;
import dev.countergate.server.approver.RefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The daemons a command may mean: the one that was named, or every one of this user's.
 *
 * @param states where they would be
 */
record Daemons(Console console, List<StateDirectory> states) {
    Daemons {
        states = List.copyOf(states);
    }

    /** A daemon's answer. */
    record Answered(StateDirectory state, JsonNode answer) {}

    /**
     * What daemons answered, and how many of those that run did not.
     *
     * @param answered in the order of their directories
     */
    record Round(List<Answered> answered, int failed) {
        Round {
            answered = List.copyOf(answered);
        }

        /** Whether a daemon runs, and every one that does answered. */
        boolean isWhole() {
            return failed == 0 && !answered.isEmpty();
        }
    }

    /** A proposal and whose it is. */
    record Located(StateDirectory state, ProposalId proposal) {
        /** The start of a request about it. */
        ObjectNode request(String operation) {
            return OperatorClient.request(operation).put("proposal", proposal.value());
        }

        /** Asks its daemon. */
        JsonNode ask(ObjectNode request) throws IOException, RefusedException {
            return OperatorClient.ask(state, request);
        }

        /** Asks its daemon about it. */
        JsonNode ask(String operation) throws IOException, RefusedException {
            return ask(request(operation));
        }
    }

    static Daemons of(Place place, Console console) {
        return new Daemons(console, place.states(console));
    }

    /** Asks every daemon that runs; one that does not answer is named, and hides no other's answer. */
    Round ask(ObjectNode request) {
        return ask(request, OperatorClient.patience(request));
    }

    /** The same, waiting for {@code allowed}: all are asked at once, so that one that hangs keeps nobody from the rest. */
    Round ask(ObjectNode request, Duration allowed) {
        return ask(request, allowed, _ -> false);
    }

    /**
     * @param saysNothing whether a refusal means that the daemon has nothing to say, as if it did not run
     */
    private Round ask(
            ObjectNode request, Duration allowed, Predicate<RefusedException> saysNothing) {
        List<Answered> answered = new ArrayList<>();
        int failed = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<StateDirectory, Future<JsonNode>> asked = new LinkedHashMap<>();
            for (StateDirectory state : states) {
                asked.put(state, threads.submit(() -> OperatorClient.ask(state, request, allowed)));
            }
            for (Map.Entry<StateDirectory, Future<JsonNode>> each : asked.entrySet()) {
                Path path = each.getKey().path();
                try (Waiting _ = console.waiting("waiting for the daemon of " + path)) {
                    answered.add(new Answered(each.getKey(), answer(each.getValue())));
                } catch (OperatorClient.NoDaemonException none) {
                    // It may be another's.
                } catch (IOException | RefusedException failure) {
                    if (!(failure instanceof RefusedException refused
                            && saysNothing.test(refused))) {
                        console.note("the daemon of " + path + ": " + failure.getMessage());
                        failed++;
                    }
                }
            }
        }
        return new Round(answered, failed);
    }

    private static JsonNode answer(Future<JsonNode> answer) throws IOException, RefusedException {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException broken) {
                throw broken;
            }
            if (failed.getCause() instanceof RefusedException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it was asked");
        }
    }

    /**
     * The one daemon that runs.
     *
     * @throws IOException when none does, several do, or one that does gives no answer
     */
    StateDirectory one() throws IOException {
        return one(OperatorClient.patience(OperatorClient.request("status")));
    }

    /** The same, waiting for {@code allowed}. */
    StateDirectory one(Duration allowed) throws IOException {
        if (states.size() == 1) {
            return states.getFirst();
        }
        Round round = ask(OperatorClient.request("status"), allowed);
        if (round.failed() > 0) {
            throw new IOException("not every daemon answers: choose one with --state");
        }
        if (round.answered().isEmpty()) {
            throw new IOException("no daemon runs: start it with `countergate serve`");
        }
        if (round.answered().size() > 1) {
            throw new IOException(
                    "several daemons run: choose one with --state among "
                            + round.answered().stream()
                                    .map(each -> each.state().path().toString())
                                    .collect(Collectors.joining(", ")));
        }
        return round.answered().getFirst().state();
    }

    /**
     * The proposal that {@code name} means, at the daemon that knows it.
     *
     * @throws IOException when none does, or a code means several
     */
    Located find(ProposalName name) throws IOException {
        return name.isCode() ? byCode(name.text()) : byId(new ProposalId(name.text()));
    }

    private Located byId(ProposalId id) throws IOException {
        ObjectNode request = OperatorClient.request("proposal").put("proposal", id.value());
        Round round =
                ask(
                        request,
                        OperatorClient.patience(request),
                        refused -> refused.code().equals("NOT_FOUND"));
        if (round.answered().isEmpty()) {
            throw unknown(id.value(), round.failed());
        }
        return new Located(round.answered().getFirst().state(), id);
    }

    /** Where one that waits has the code, it is that one; else the one that had it and was decided. */
    private Located byCode(String code) throws IOException {
        Round waiting = ask(OperatorClient.request("pending"));
        List<Located> found = coded(code, waiting);
        int failed = waiting.failed();
        if (found.isEmpty()) {
            Round decided = ask(OperatorClient.request("coded").put("code", code));
            found = coded(code, decided);
            failed = decided.failed();
        }
        if (found.size() > 1) {
            throw new IOException("several proposals have the code `" + code + "`: give the id");
        }
        if (found.isEmpty()) {
            throw unknown(code, failed);
        }
        return found.getFirst();
    }

    private static List<Located> coded(String code, Round round) {
        List<Located> found = new ArrayList<>();
        for (Answered each : round.answered()) {
            for (JsonNode summary : each.answer().path("proposals").values()) {
                String id = summary.path("proposal").asString("");
                if (summary.path("code").asString("").equals(code) && ProposalId.isValid(id)) {
                    found.add(new Located(each.state(), new ProposalId(id)));
                }
            }
        }
        return found;
    }

    private static IOException unknown(String name, int failed) {
        return new IOException(
                (failed == 0 ? "no daemon that runs knows `" : "no daemon that answers knows `")
                        + name
                        + "`: `countergate pending` shows what waits");
    }
}
