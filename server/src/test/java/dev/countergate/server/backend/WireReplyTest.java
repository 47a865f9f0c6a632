package dev.countergate.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.result.FailureCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireReplyTest {
    @ParameterizedTest
    @CsvSource({
        "199, BACKEND_ERROR",
        "300, BACKEND_ERROR",
        "308, BACKEND_ERROR",
        "399, BACKEND_ERROR",
        "400, BACKEND_REFUSED",
        "401, BACKEND_UNAUTHORIZED",
        "403, BACKEND_UNAUTHORIZED",
        "404, NOT_FOUND",
        "407, BACKEND_UNAUTHORIZED",
        "408, BACKEND_TIMEOUT",
        "409, BACKEND_REFUSED",
        "410, NOT_FOUND",
        "425, BACKEND_REFUSED",
        "429, BACKEND_RATE_LIMITED",
        "499, BACKEND_REFUSED",
        "500, BACKEND_ERROR",
        "503, BACKEND_ERROR",
        "504, BACKEND_TIMEOUT",
        "599, BACKEND_ERROR"
    })
    void a_status_other_than_2xx_is_a_failure_of_its_kind(int status, FailureCode code) {
        assertThat(answer(status).isSuccess()).isFalse();
        assertThat(answer(status).failureCode()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 206, 299})
    void a_2xx_is_success(int status) {
        assertThat(answer(status).isSuccess()).isTrue();
    }

    private static WireReply.Answer answer(int status) {
        return new WireReply.Answer(status, new WireBody(new byte[0], null), null);
    }
}
