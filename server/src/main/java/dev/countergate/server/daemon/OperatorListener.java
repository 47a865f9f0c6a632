package dev.countergate.server.daemon;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The protocol of {@code operator.sock}: one JSON object a line, one answer a line, in order.
 *
 * <p>A request is {@code {"version": 1, "op": NAME, ...}}; its answer {@code {"version": 1, "ok": true, ...}} or {@code
 * {"version": 1, "ok": false, "error": {"code", "message"}}}. Unknown members are ignored. No agent speaks it: it is
 * another socket with another mode, and each connection's user is checked.
 */
public final class OperatorListener implements SocketServer.Handler {
    /** The protocol's version. */
    public static final int VERSION = 1;

    /** The longest request. */
    public static final int LINE_BYTES_MAX = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(OperatorListener.class);

    /** Something an operator may ask for. */
    @FunctionalInterface
    public interface Operation {
        /**
         * Does it and fills the answer, whose {@code version} and {@code ok} stand already.
         *
         * @param user who asks: the name the kernel gave
         * @throws RefusedException when it is not to be done
         */
        void perform(JsonNode request, String user, ObjectNode answer) throws RefusedException;
    }

    /** The daemon does not do what was asked. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;
        private final String code;

        /**
         * Refuses with a reason.
         *
         * @param code stable, such as {@code BUSY}
         * @param message one sentence for a person
         */
        public RefusedException(String code, String message) {
            super(message);
            this.code = code;
        }

        /** The stable reason. */
        public String code() {
            return code;
        }
    }

    private final JsonMapper json = new JsonMapper();
    private final String owner;
    private final boolean groupMayAsk;
    private final Map<String, Operation> operations;

    /**
     * A listener that answers the daemon's own user.
     *
     * @param owner the name of that user
     * @param groupMayAsk whether others may ask too: the socket's mode and group then decide who
     */
    OperatorListener(String owner, boolean groupMayAsk, Map<String, Operation> operations) {
        this.owner = owner;
        this.groupMayAsk = groupMayAsk;
        this.operations = Map.copyOf(operations);
    }

    @Override
    public void serve(InputStream input, OutputStream out, String user) throws IOException {
        InputStream in = new BufferedInputStream(input);
        if (!groupMayAsk && !user.equals(owner)) {
            send(out, error("FORBIDDEN", "operator.sock answers the user `" + owner + "` alone"));
            return;
        }
        try {
            byte[] line = readLine(in);
            while (line != null) {
                send(out, answer(line, user));
                line = readLine(in);
            }
        } catch (TooLongException tooLong) {
            send(
                    out,
                    error("INVALID_REQUEST", "a request has at most " + LINE_BYTES_MAX + " bytes"));
        }
    }

    private ObjectNode answer(byte[] line, String user) {
        JsonNode request;
        try {
            request = json.readTree(line);
        } catch (JacksonException malformed) {
            return error("INVALID_REQUEST", "not JSON: " + malformed.getOriginalMessage());
        }
        if (!request.path("version").isInt() || request.path("version").asInt() != VERSION) {
            return error("INVALID_REQUEST", "this daemon speaks `\"version\":" + VERSION + "`");
        }
        String name = request.path("op").asString("");
        Operation operation = operations.get(name);
        if (operation == null) {
            return error("INVALID_REQUEST", "this daemon knows no operation `" + name + "`");
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("version", VERSION).put("ok", true);
        try {
            operation.perform(request, user, answer);
            return answer;
        } catch (RefusedException refused) {
            return error(refused.code, String.valueOf(refused.getMessage()));
        } catch (RuntimeException bug) {
            LOG.atError().addKeyValue("operation", name).setCause(bug).log("operation failed");
            return error("INTERNAL", "the daemon failed: its log says how");
        }
    }

    private static ObjectNode error(String code, String message) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("version", VERSION).put("ok", false);
        answer.putObject("error").put("code", code).put("message", message);
        return answer;
    }

    private void send(OutputStream out, ObjectNode answer) throws IOException {
        byte[] text = json.writeValueAsBytes(answer);
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        out.write(line);
        out.flush();
    }

    private static byte @Nullable [] readLine(InputStream in) throws IOException, TooLongException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0) {
            return null;
        }
        while (b >= 0 && b != '\n') {
            if (line.size() == LINE_BYTES_MAX) {
                throw new TooLongException();
            }
            line.write(b);
            b = in.read();
        }
        return line.toByteArray();
    }

    private static final class TooLongException extends Exception {
        private static final long serialVersionUID = 1;
    }
}
