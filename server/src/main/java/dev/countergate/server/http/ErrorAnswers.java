package dev.countergate.server.http;

import dev.countergate.server.mcp.Message;
import dev.countergate.server.mcp.ProtocolError;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What Jetty refuses by itself, because it is no proper HTTP: the status in words, and nothing of why. */
final class ErrorAnswers implements Request.Handler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        boolean ours = HttpStatus.isServerError(status);
        Answering.refusal(
                response,
                new RefusedException(
                        status,
                        ours ? ProtocolError.INTERNAL_ERROR : ProtocolError.INVALID_REQUEST,
                        Message.Invalid.NO_ID,
                        "HTTP " + status + ": " + HttpStatus.getMessage(status)),
                callback);
        return true;
    }
}
