package dev.countergate.server.backend.ssm;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Asks once more whether a request may leave, when credentials are found and it is signed. */
final class LastLook implements ExecutionInterceptor {
    /** Says whether it may; a request without it may. */
    static final ExecutionAttribute<BooleanSupplier> MAY_BEGIN =
            new ExecutionAttribute<>("dev.countergate.mayBegin");

    /** It may not; no byte of it left. */
    static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public void beforeTransmission(
            Context.BeforeTransmission context, ExecutionAttributes attributes) {
        BooleanSupplier mayBegin = attributes.getAttribute(MAY_BEGIN);
        if (mayBegin != null && !mayBegin.getAsBoolean()) {
            throw SdkClientException.create("stopped", new StoppedException());
        }
    }
}
