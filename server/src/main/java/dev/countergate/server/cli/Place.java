package dev.countergate.server.cli;

import dev.countergate.relay.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which catalogue and which daemon is meant. */
final class Place {
    private static final String HERE = "tools.yaml";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "the catalogue ($$COUNTERGATE_CONFIG, else ./tools.yaml, else"
                            + " ~/.config/countergate/tools.yaml)")
    private @Nullable Path config;

    @Option(
            names = "--state",
            paramLabel = "DIRECTORY",
            description =
                    "the state directory ($$COUNTERGATE_STATE, else one that follows from the"
                            + " catalogue's path)")
    private @Nullable Path state;

    /** The catalogue's file, absolute; it need not exist. */
    Path catalogue(Console console) {
        return choose(config, console);
    }

    /** The catalogue's file where {@code given} may name one. */
    static Path choose(@Nullable Path given, Console console) {
        if (given != null) {
            return console.directory().resolve(given).normalize();
        }
        String named = console.environment().get("COUNTERGATE_CONFIG");
        if (named != null && !named.isEmpty()) {
            return console.directory().resolve(named).normalize();
        }
        Path here = console.directory().resolve(HERE);
        return Files.exists(here) ? here : StateDirectory.userCatalogue(console.environment());
    }

    /** Whether somebody said which catalogue is meant; else it may be one that came with the folder. */
    boolean isCatalogueNamed(Console console) {
        return config != null
                || !console.environment().getOrDefault("COUNTERGATE_CONFIG", "").isEmpty()
                || !catalogue(console).equals(console.directory().resolve(HERE));
    }

    /** The daemon's state directory. */
    StateDirectory state(Console console) {
        Map<String, String> environment = console.environment();
        String named = environment.get("COUNTERGATE_STATE");
        if (state != null) {
            return StateDirectory.at(console.directory().resolve(state), environment);
        }
        if (named != null && !named.isEmpty()) {
            return StateDirectory.at(console.directory().resolve(named), environment);
        }
        return StateDirectory.of(catalogue(console), environment);
    }

    /** The state directory named by {@code --state}, absolute; empty when none was. */
    Optional<Path> givenState(Console console) {
        return Optional.ofNullable(state)
                .map(path -> console.directory().resolve(path).normalize());
    }

    /** Whether no option was given. */
    boolean isUnnamed() {
        return state == null && config == null;
    }

    /** Whether every daemon of this user is meant, none being named. */
    boolean isForAll(Console console) {
        return isUnnamed() && console.environment().getOrDefault("COUNTERGATE_STATE", "").isEmpty();
    }

    /** The one state directory that was asked for, or else every one there is. */
    List<StateDirectory> states(Console console) {
        if (!isForAll(console)) {
            return List.of(state(console));
        }
        Path root = StateDirectory.root(console.environment());
        try (Stream<Path> found = Files.list(root)) {
            return found.filter(Files::isDirectory)
                    .sorted()
                    .map(path -> StateDirectory.at(path, console.environment()))
                    .toList();
        } catch (IOException none) {
            return List.of();
        }
    }
}
