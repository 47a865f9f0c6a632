package dev.countergate.relay;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code countergate stdio}: copies lines between an MCP client's standard streams and a daemon's {@code agent.sock}.
 *
 * <p>It starts the daemon where none runs, takes the session up again when the daemon was restarted, and answers what it
 * cannot deliver with a JSON-RPC error. It ends with the client's input, after everything in flight was answered.
 */
public final class Relay {
    private Relay() {}

    /** Runs the relay; the arguments are those behind {@code stdio}. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        for (String argument : arguments) {
            if (argument.equals("--help") || argument.equals("-h")) {
                System.out.print(RelayOptions.USAGE);
                return;
            }
        }
        int code;
        try {
            code = run(RelayOptions.parse(arguments, environment), environment);
        } catch (RelayOptions.UsageException wrong) {
            say(wrong.getMessage() + ": see `countergate stdio --help`");
            code = ExitCode.WRONG_USAGE;
        }
        System.exit(code);
    }

    private static int run(RelayOptions options, Map<String, String> environment) {
        ClientOutput output =
                new ClientOutput(new FileOutputStream(FileDescriptor.out).getChannel());
        Conversation conversation = new Conversation(output);
        DaemonSource source = new DaemonSource(options, environment);
        Answers answers = new Answers(conversation, output);
        answers.start();
        try {
            SocketChannel channel = source.connect();
            if (channel != null) {
                conversation.resume(channel);
            }
            new Questions(
                            new FileInputStream(FileDescriptor.in).getChannel(),
                            conversation,
                            output,
                            source)
                    .copy();
        } catch (IOException inputBroken) {
            // The client's end is gone: the same as its end of input.
        }
        conversation.end();
        try {
            answers.join();
        } catch (InterruptedException never) {
            throw new IllegalStateException(never);
        }
        return source.exitCode();
    }

    /** Tells a person something; standard output is the client's. */
    static void say(@Nullable String line) {
        System.err.println("countergate: " + line);
    }
}
