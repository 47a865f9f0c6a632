package dev.countergate.server.approver;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The terminal that controls this process, whatever its standard streams are. Without one there is nobody to ask. Not
 * thread safe.
 */
public final class Terminal implements AutoCloseable {
    /** The device that is every process's own terminal. */
    static final File DEVICE = new File("/dev/tty");

    private static final int LINE_BYTES_MAX = 1_024;

    private final FileInputStream in;
    private final FileOutputStream out;

    private Terminal(FileInputStream in, FileOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Opens it.
     *
     * @throws RefusedException when this process has none
     */
    public static Terminal open() throws RefusedException {
        try {
            return new Terminal(new FileInputStream(DEVICE), new FileOutputStream(DEVICE));
        } catch (FileNotFoundException none) {
            throw new RefusedException(
                    "NO_TERMINAL",
                    "this needs a person at a terminal, and there is none; for a key elsewhere see"
                            + " `countergate statement --help`");
        }
    }

    /** Shows {@code text} as it is. */
    public void print(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Asks for one line. Whole lines typed before the question count for nothing: they answered something else.
     *
     * @return without its end and the blanks around it; empty at the end of input and for a line nobody types
     */
    public String ask(String question) throws IOException {
        in.skipNBytes(in.available());
        print(question);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each = in.read(); each >= 0 && each != '\n'; each = in.read()) {
            line.write(each);
        }
        return line.size() > LINE_BYTES_MAX ? "" : line.toString(StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() throws IOException {
        try (in;
                out) {
            out.flush();
        }
    }
}
