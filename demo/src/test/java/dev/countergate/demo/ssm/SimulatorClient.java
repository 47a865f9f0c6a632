package dev.countergate.demo.ssm;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.ssm.SsmClient;

/** The real SDK as a client of the simulator. */
final class SimulatorClient {
    private SimulatorClient() {}

    /** With the SDK's own retries. */
    static SsmClient retrying(SsmSimulator simulator) {
        return client(simulator, DefaultRetryStrategy.standardStrategyBuilder().build());
    }

    /** One attempt a call. */
    static SsmClient of(SsmSimulator simulator) {
        return client(simulator, DefaultRetryStrategy.doNotRetry());
    }

    private static SsmClient client(SsmSimulator simulator, RetryStrategy retries) {
        return SsmClient.builder()
                .endpointOverride(simulator.endpoint())
                .region(Region.EU_WEST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("AKIDSIMULATED", "simulated")))
                .httpClientBuilder(
                        UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(10)))
                .overrideConfiguration(configuration -> configuration.retryStrategy(retries))
                .build();
    }
}
