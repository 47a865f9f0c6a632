package dev.countergate.server.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What a person is told of a failure whose message is the bare path of a file. */
final class FileFailure {
    private FileFailure() {}

    /** The failure in words, with the path. */
    static String text(IOException failure) {
        return failure instanceof FileSystemException file
                ? "`" + file.getFile() + "`: " + reason(file)
                : failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static String reason(FileSystemException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "this account may not";
            case FileAlreadyExistsException there -> "it is there already";
            case NotDirectoryException file -> "it is no directory";
            default -> failure.getReason() == null ? "it cannot be used" : failure.getReason();
        };
    }
}
