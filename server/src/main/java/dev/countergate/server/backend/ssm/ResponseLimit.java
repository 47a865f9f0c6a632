package dev.countergate.server.backend.ssm;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Stops reading an answer beyond a size.
 *
 * @param bytesMax of one answer's body
 */
record ResponseLimit(int bytesMax) implements ExecutionInterceptor {
    /** The answer was longer than the limit. */
    static final class ExceededException extends IOException {
        private static final long serialVersionUID = 1L;

        ExceededException(int bytesMax) {
            super("the answer is larger than " + bytesMax + " bytes");
        }
    }

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        return context.responseBody().map(body -> new Limited(body, bytesMax));
    }

    private static final class Limited extends FilterInputStream {
        private final int bytesMax;
        private long read;

        private Limited(InputStream in, int bytesMax) {
            super(in);
            this.bytesMax = bytesMax;
        }

        @Override
        public int read() throws IOException {
            int next = super.read();
            count(next == -1 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int got = super.read(buffer, offset, length);
            count(Math.max(0, got));
            return got;
        }

        private void count(int more) throws IOException {
            read += more;
            if (read > bytesMax) {
                throw new ExceededException(bytesMax);
            }
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
