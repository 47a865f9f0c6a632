package dev.countergate.server.operator;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.SshPublicKey;
import dev.countergate.policy.token.WideningCommand;
import dev.countergate.server.authority.Approvers;
import dev.countergate.server.authority.Freeze;
import dev.countergate.server.authority.Freezes;
import dev.countergate.server.daemon.OperatorListener.RefusedException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What each widening command does, and what a person is told of it before they sign. */
final class WideningCommands {
    private final Approvers approvers;
    private final Freezes freezes;
    private final HeldCatalogue catalogue;
    private final Changes changes;

    WideningCommands(
            Approvers approvers, Freezes freezes, HeldCatalogue catalogue, Changes changes) {
        this.approvers = approvers;
        this.freezes = freezes;
        this.catalogue = catalogue;
        this.changes = changes;
    }

    /** Looks whether {@code command} can be done now; changes nothing. */
    Prepared prepare(WideningCommand command) throws RefusedException {
        return switch (command) {
            case WideningCommand.Thaw(@Nullable String environment) -> thaw(environment);
            case WideningCommand.Resolve resolve -> resolve(resolve);
            case WideningCommand.Reload(Digest digest) -> reload(digest);
            case WideningCommand.ApproverAdd(Person name, SshPublicKey key) -> add(name, key);
            case WideningCommand.ApproverRemove(Person name, @Nullable String fingerprint) ->
                    remove(name, fingerprint);
        };
    }

    private Prepared thaw(@Nullable String environment) throws RefusedException {
        List<Freeze> frozen = freezes.all();
        List<Freeze> lifted =
                frozen.stream()
                        .filter(each -> Objects.equals(each.environment(), environment))
                        .toList();
        List<Freeze> left = frozen.stream().filter(each -> !lifted.contains(each)).toList();
        if (lifted.isEmpty()) {
            throw new RefusedException(
                    "NOT_FROZEN",
                    environment == null
                            ? "there is no freeze of everything" + still(left)
                            : "there is no freeze of `" + environment + "` alone" + still(left));
        }
        List<Freeze> shared = freezes.shared();
        String text =
                lifted.stream()
                        .map(
                                each ->
                                        "lift: "
                                                + each.text()
                                                + (shared.contains(each)
                                                        ? " (for every daemon of this account)"
                                                        : ""))
                        .collect(Collectors.joining("\n"));
        return new Prepared(
                text + still(left),
                by -> {
                    freezes.thaw(environment);
                    return (environment == null ? "everything" : "`" + environment + "`")
                            + " thawed"
                            + still(freezes.all());
                });
    }

    private static String still(List<Freeze> left) {
        return left.stream().map(each -> "\nstill: " + each.text()).collect(Collectors.joining());
    }

    private Prepared resolve(WideningCommand.Resolve resolve) {
        String found =
                resolve.proposal()
                        + (resolve.applied() ? " was applied: " : " was not applied: ")
                        + resolve.note();
        return new Prepared(
                "record that " + found,
                by -> {
                    changes.resolve(resolve.proposal(), resolve.applied(), resolve.note(), by);
                    return "recorded that " + found;
                });
    }

    private Prepared reload(Digest digest) throws RefusedException {
        HeldCatalogue.Held held =
                catalogue
                        .held()
                        .orElseThrow(
                                () ->
                                        new RefusedException(
                                                "NOTHING_HELD", "no catalogue change is held"));
        if (!held.digest().equals(digest)) {
            throw new RefusedException(
                    "OTHER_DIGEST", "another change is held by now: `countergate reload` shows it");
        }
        return new Prepared(
                "serve this change of the catalogue (" + digest.code() + "):\n" + held.text(),
                by -> {
                    catalogue.accept(digest, by);
                    return "the change " + digest.code() + " is served";
                });
    }

    private Prepared add(Person name, SshPublicKey key) throws RefusedException {
        Approvers.Change change = change(approvers.adding(name, key));
        return new Prepared(
                "enrol for `"
                        + name
                        + "`: "
                        + key
                        + "\nwhoever holds this key can then approve changes, and sign commands"
                        + " like this one",
                by -> {
                    change.make();
                    return key + " is enrolled for `" + name + "`" + keys(change.signers());
                });
    }

    private Prepared remove(Person name, @Nullable String fingerprint) throws RefusedException {
        Approvers.Change change = change(approvers.removing(name, fingerprint));
        String which = fingerprint == null ? "every key" : fingerprint;
        return new Prepared(
                "strike out " + which + " of `" + name + "`" + keys(change.signers()),
                by -> {
                    change.make();
                    return which + " of `" + name + "` is struck out" + keys(change.signers());
                });
    }

    private static Approvers.Change change(Checked<Approvers.Change> checked)
            throws RefusedException {
        return switch (checked) {
            case Checked.Valid<Approvers.Change>(Approvers.Change change) -> change;
            case Checked.Invalid<Approvers.Change>(List<Fault> faults) ->
                    throw Fields.refused("KEY_REFUSED", faults);
        };
    }

    private static String keys(AllowedSigners signers) {
        int count = signers.signers().size();
        return ", which makes " + count + (count == 1 ? " enrolled key" : " enrolled keys");
    }
}
