package dev.countergate.server.backend.ssm;

import dev.countergate.policy.catalogue.Backend;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials as the backend declares them: a profile, or the SDK's default chain; then the role to assume, if any.
 *
 * <p>What the SDK says when there are none names files, hosts and roles; here it becomes one kind of exception.
 */
final class Credentials implements AwsCredentialsProvider, SdkAutoCloseable {
    private static final String SESSION_NAME = "countergate";

    /** There are no credentials, or they cannot be exchanged for those of the role. */
    static final class UnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnavailableException() {
            super("no usable AWS credentials", null, false, false);
        }
    }

    private final AwsCredentialsProvider source;
    private final @Nullable StsClient tokens;

    private Credentials(AwsCredentialsProvider source, @Nullable StsClient tokens) {
        this.source = source;
        this.tokens = tokens;
    }

    static Credentials of(Backend.Ssm backend, SdkHttpClient http) {
        AwsCredentialsProvider own =
                backend.profile() == null
                        ? DefaultCredentialsProvider.builder().build()
                        : ProfileCredentialsProvider.create(backend.profile());
        String role = backend.roleArn();
        if (role == null) {
            return new Credentials(own, null);
        }
        StsClient tokens =
                StsClient.builder()
                        .region(Region.of(backend.region()))
                        .credentialsProvider(own)
                        .httpClient(http)
                        .build();
        AwsCredentialsProvider assumed =
                StsAssumeRoleCredentialsProvider.builder()
                        .stsClient(tokens)
                        .refreshRequest(
                                request -> request.roleArn(role).roleSessionName(SESSION_NAME))
                        .build();
        return new Credentials(assumed, tokens);
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return source.resolveCredentials();
        } catch (AbortedException e) {
            throw e;
        } catch (SdkException | IllegalStateException | IllegalArgumentException e) {
            throw new UnavailableException();
        }
    }

    @Override
    public void close() {
        if (source instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
        if (tokens != null) {
            tokens.close();
        }
    }
}
