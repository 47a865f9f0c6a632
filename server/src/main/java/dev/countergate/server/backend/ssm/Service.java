package dev.countergate.server.backend.ssm;

import dev.countergate.policy.catalogue.Backend;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.server.backend.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.SsmClientBuilder;

/**
 * The way to the service: every call within a deadline and the backend's limits, every exception told apart. Thread safe.
 *
 * <p>Two clients: reads use the SDK's standard retries; what has an effect is sent exactly once.
 */
final class Service implements AutoCloseable {
    private static final Duration CONNECTING = Duration.ofSeconds(5);

    private final Backend.Limits limits;
    private final Semaphore places;
    private final SdkHttpClient http;
    private final SdkHttpClient sendingHttp;
    private final Credentials credentials;
    private final SsmClient reading;
    private final SsmClient sending;

    Service(Backend.Ssm backend) {
        this.limits = backend.limits();
        this.places = new Semaphore(limits.concurrencyMax(), true);
        this.http =
                UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECTING)
                        .socketTimeout(limits.timeout())
                        .build();
        this.sendingHttp = new SendingHttp(CONNECTING, limits.timeout());
        this.credentials = Credentials.of(backend, http);
        ExecutionInterceptor limit = new ResponseLimit(limits.responseBytesMax());
        this.reading =
                builder(backend, http)
                        .overrideConfiguration(
                                to ->
                                        to.retryStrategy(RetryMode.STANDARD)
                                                .addExecutionInterceptor(limit))
                        .build();
        this.sending =
                builder(backend, sendingHttp)
                        .overrideConfiguration(
                                to ->
                                        to.retryStrategy(DefaultRetryStrategy.doNotRetry())
                                                .addExecutionInterceptor(limit))
                        .build();
    }

    private SsmClientBuilder builder(Backend.Ssm backend, SdkHttpClient client) {
        SsmClientBuilder builder =
                SsmClient.builder()
                        .region(Region.of(backend.region()))
                        .credentialsProvider(credentials)
                        .httpClient(client);
        return backend.endpoint() == null ? builder : builder.endpointOverride(backend.endpoint());
    }

    /** Makes a read; it may reach the service several times. */
    <T> T read(
            String action,
            Deadline deadline,
            BiFunction<SsmClient, Consumer<AwsRequestOverrideConfiguration.Builder>, T> call)
            throws CallFailedException, InterruptedException {
        return make(action, reading, () -> true, deadline, call);
    }

    /** Makes a call with an effect; it reaches the service once at most. */
    <T> T send(
            String action,
            Deadline deadline,
            BiFunction<SsmClient, Consumer<AwsRequestOverrideConfiguration.Builder>, T> call)
            throws CallFailedException, InterruptedException {
        return make(action, sending, () -> true, deadline, call);
    }

    /** The same, if {@code mayBegin} says so right before it leaves. */
    <T> T send(
            String action,
            BooleanSupplier mayBegin,
            Deadline deadline,
            BiFunction<SsmClient, Consumer<AwsRequestOverrideConfiguration.Builder>, T> call)
            throws CallFailedException, InterruptedException {
        return make(action, sending, mayBegin, deadline, call);
    }

    private <T> T make(
            String action,
            SsmClient client,
            BooleanSupplier mayBegin,
            Deadline deadline,
            BiFunction<SsmClient, Consumer<AwsRequestOverrideConfiguration.Builder>, T> call)
            throws CallFailedException, InterruptedException {
        if (!places.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            throw CallFailedException.of(
                    FailureCode.BACKEND_BUSY,
                    "all "
                            + limits.concurrencyMax()
                            + " places for calls to Systems Manager were taken",
                    "call again later, or raise the backend's `limits.concurrency`");
        }
        try {
            Duration most = deadline.atMost(limits.timeout()).left();
            if (most.isZero()) {
                throw CallFailedException.of(
                        FailureCode.BACKEND_TIMEOUT,
                        "no time was left for `" + action + "`",
                        "raise the backend's `timeout`");
            }
            return ScopedValue.where(SendingHttp.MAY_BEGIN, mayBegin)
                    .call(() -> call.apply(client, to -> to.apiCallTimeout(most)));
        } catch (SdkException | Credentials.UnavailableException e) {
            // An interrupt shows as one of several exceptions, with the thread's mark still set or
            // already taken.
            if (Thread.interrupted() || e instanceof AbortedException) {
                throw new InterruptedException();
            }
            throw Failures.of(action, e);
        } finally {
            places.release();
        }
    }

    @Override
    public void close() {
        reading.close();
        sending.close();
        credentials.close();
        sendingHttp.close();
        http.close();
    }
}
