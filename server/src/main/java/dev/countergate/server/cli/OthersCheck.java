package dev.countergate.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether somebody else may change what this program runs or obeys: the file, or another put in its place through a
 * directory on the way to it.
 *
 * @param trusted the accounts that may: root, this user, and the daemon's
 */
record OthersCheck(Set<String> trusted) {
    private static final int STICKY = 01000;

    /** Who may change a file, and where that is said. */
    private record Finding(Path at, String who) {}

    OthersCheck {
        trusted = Set.copyOf(trusted);
    }

    /** One for the daemon of {@code state}, and this user. */
    static OthersCheck of(Path state) {
        Set<String> trusted = new LinkedHashSet<>(List.of("root", System.getProperty("user.name")));
        try {
            trusted.add(Files.getOwner(state).getName());
        } catch (IOException noneYet) {
            // Then it becomes this user's.
        }
        return new OthersCheck(trusted);
    }

    /** What there is to say of {@code files}, which are {@code what}; those that are not there are left out. */
    List<Diagnosis> of(String what, Collection<Path> files) {
        List<Diagnosis> found = new ArrayList<>();
        List<Path> looked = new ArrayList<>();
        Set<Path> said = new LinkedHashSet<>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                continue;
            }
            looked.add(file);
            Optional<Finding> open = open(file);
            if (open.isPresent() && said.add(open.get().at())) {
                found.add(
                        Diagnosis.problem(
                                what,
                                String.format(
                                        Locale.ROOT,
                                        "`%s` can be changed by others: `%s` %s",
                                        file,
                                        open.get().at(),
                                        open.get().who()),
                                "`chmod go-w " + open.get().at() + "`, or have its owner be you"));
            }
        }
        if (!looked.isEmpty() && found.isEmpty()) {
            found.add(
                    Diagnosis.ok(
                            what,
                            looked.size() == 1
                                    ? "`" + looked.getFirst() + "` is nobody else's to change"
                                    : looked.size() + " files are nobody else's to change"));
        }
        return found;
    }

    private Optional<Finding> open(Path file) {
        try {
            Set<Path> way = new LinkedHashSet<>();
            for (Path start : List.of(file.toRealPath(), file.toAbsolutePath().normalize())) {
                for (Path each = start; each != null; each = each.getParent()) {
                    way.add(each);
                }
            }
            for (Path each : way) {
                Optional<String> who = writer(each);
                if (who.isPresent()) {
                    return Optional.of(new Finding(each, who.get()));
                }
            }
            return Optional.empty();
        } catch (IOException unreadable) {
            return Optional.of(new Finding(file, "cannot be looked at"));
        }
    }

    private Optional<String> writer(Path path) throws IOException {
        PosixFileAttributes found =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String owner = found.owner().getName();
        if (!trusted.contains(owner)) {
            return Optional.of("belongs to " + owner);
        }
        if (found.isSymbolicLink() || (found.isDirectory() && isSticky(path))) {
            return Optional.empty();
        }
        if (found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            return Optional.of("may be written by everybody");
        }
        String group = found.group().getName();
        // A group of the owner's name is theirs alone where distributions make one for each user.
        boolean isShared = !group.equals(owner) && !group.equals("root");
        return isShared && found.permissions().contains(PosixFilePermission.GROUP_WRITE)
                ? Optional.of("may be written by the group " + group)
                : Optional.empty();
    }

    private static boolean isSticky(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS)
                        instanceof Integer mode
                && (mode & STICKY) != 0;
    }
}
