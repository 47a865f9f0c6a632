package dev.countergate.policy.parameter;

import java.util.List;

/**
 * Recognises an absolute, normalised path below a folder. It judges the text alone: whether a link leads out of the
 * folder, only the machine that has the file can know.
 */
final class FolderPath {
    private FolderPath() {}

    /** Absolute, with no empty, {@code .} or {@code ..} segment and no control character. */
    static boolean isNormalised(String path) {
        if (!path.startsWith("/") || path.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        if (path.equals("/")) {
            return true;
        }
        for (String segment : path.substring(1).split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /** Whether the normalised {@code path} is one of {@code folders} or lies below one. */
    static boolean isWithin(String path, List<String> folders) {
        for (String folder : folders) {
            String base = folder.endsWith("/") ? folder.substring(0, folder.length() - 1) : folder;
            if (path.equals(base) || path.startsWith(base + "/")) {
                return true;
            }
        }
        return false;
    }
}
