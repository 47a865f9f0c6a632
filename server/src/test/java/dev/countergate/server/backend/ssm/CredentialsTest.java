package dev.countergate.server.backend.ssm;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.countergate.policy.request.SsmRequest;
import dev.countergate.policy.result.FailureCode;
import dev.countergate.policy.result.Reply;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where credentials come from; the service and STS are one stub. */
final class CredentialsTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/reader";

    private static final String TARGET = "AmazonSSM.DescribeInstanceInformation";

    @RegisterExtension
    final WireMockExtension stub =
            WireMockExtension.newInstance()
                    .options(options().bindAddress("127.0.0.1").dynamicPort())
                    .build();

    @BeforeEach
    void point_sts_at_the_stub() {
        System.setProperty("aws.accessKeyId", "AKIDOWN");
        System.setProperty("aws.secretAccessKey", "own");
        System.setProperty("aws.endpointUrlSts", stub.baseUrl());
        stub.stubFor(
                post(urlEqualTo("/"))
                        .withHeader("X-Amz-Target", equalTo(TARGET))
                        .willReturn(
                                aResponse()
                                        .withHeader("Content-Type", "application/x-amz-json-1.1")
                                        .withBody("{\"InstanceInformationList\": []}")));
    }

    @AfterEach
    void clear() {
        System.clearProperty("aws.endpointUrlSts");
    }

    private Reply fetch(@Nullable String profile, @Nullable String role)
            throws InterruptedException {
        SsmRequest request =
                new SsmRequest.Inventory(
                        SsmBackendFixture.FLEET, new SsmRequest.Targets(List.of(), Map.of()));
        try (SsmBackend backend =
                new SsmBackend(
                        SsmBackendFixture.declared(
                                URI.create(stub.baseUrl()),
                                SsmBackendFixture.limits(),
                                profile,
                                role),
                        SsmBackendFixture.pace(),
                        InstantSource.system(),
                        () -> SsmBackendFixture.MARK)) {
            return backend.fetch(request, SsmBackendFixture.context(Duration.ofSeconds(10)));
        }
    }

    @Test
    void uses_the_default_chain() throws Exception {
        assertThat(fetch(null, null)).isInstanceOf(Reply.Answer.class);
        stub.verify(
                postRequestedFor(urlEqualTo("/"))
                        .withHeader(
                                "Authorization",
                                matching(".*Credential=AKIDOWN/.*/eu-west-1/ssm/.*")));
    }

    @Test
    void assumes_the_role_with_its_own_credentials() throws Exception {
        stub.stubFor(
                post(urlEqualTo("/"))
                        .withRequestBody(containing("Action=AssumeRole"))
                        .willReturn(
                                aResponse()
                                        .withHeader("Content-Type", "text/xml")
                                        .withBody(
                                                """
                                                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
                                                <Credentials><AccessKeyId>ASIAASSUMED</AccessKeyId><SecretAccessKey>assumed</SecretAccessKey>
                                                <SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
                                                <AssumedRoleUser><AssumedRoleId>AROA:countergate</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/reader/countergate</Arn></AssumedRoleUser>
                                                </AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>
                                                """)));
        assertThat(fetch(null, ROLE)).isInstanceOf(Reply.Answer.class);
        stub.verify(
                postRequestedFor(urlEqualTo("/"))
                        .withHeader("Authorization", containing("Credential=AKIDOWN/"))
                        .withRequestBody(containing("Action=AssumeRole"))
                        .withRequestBody(containing("role%2Freader")));
        stub.verify(
                postRequestedFor(urlEqualTo("/"))
                        .withHeader("Authorization", containing("Credential=ASIAASSUMED/"))
                        .withHeader("X-Amz-Security-Token", equalTo("session")));
    }

    @Test
    void says_nothing_of_the_role_it_may_not_assume() throws Exception {
        stub.stubFor(
                post(urlEqualTo("/"))
                        .withRequestBody(containing("Action=AssumeRole"))
                        .willReturn(
                                aResponse()
                                        .withStatus(403)
                                        .withHeader("Content-Type", "text/xml")
                                        .withBody(
                                                "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/ana is not authorized</Message></Error></ErrorResponse>")));
        unusable(fetch(null, ROLE));
    }

    @Test
    void names_a_profile_that_is_not_there_as_missing_credentials() throws Exception {
        unusable(fetch("no-such-profile", null));
    }

    private void unusable(Reply reply) {
        Reply.Failure failure = (Reply.Failure) reply;
        assertThat(failure.code()).isEqualTo(FailureCode.BACKEND_UNAUTHORIZED);
        assertThat(failure.toString())
                .doesNotContain("arn:")
                .doesNotContain("/root")
                .doesNotContain("user/ana");
        stub.verify(
                0, postRequestedFor(urlEqualTo("/")).withHeader("X-Amz-Target", equalTo(TARGET)));
    }
}
