package dev.countergate.policy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeWordsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/restart?",
                "/job/Restart/now",
                "/job/RESTART",
                "/job/ReStArt",
                "/-/reload",
                "/restart-all",
                "/v2restart3",
                "/%72estart",
                "/%72%65%73%74%61%72%74",
                "/%252572estart",
                "/a%2Frestart",
                "/deleteAll",
                "/forceDELETEAll",
                "/bulkDelete.json",
                "/service:stop",
                "/x;action=stop",
                "/{}/stop",
                "/%7Bstop%7D",
                "/x?stop=1&kill",
                "/x?action=restart",
                "/x?a=1;action=re%73tart",
                "/x?a=b%26action%3Drestart",
                "/x?{}=reboot",
                "/x?start=restart",
            })
    void finds_a_change_however_it_is_written(String url) {
        assertThat(ChangeWords.inUrl(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/?",
                "/api/v1/query_range?query={}&start={}&stop=1763700000",
                "/apis/apps/v1/deployments/{}",
                "/updates/started?sort=created",
                "/{secret RESTART_TOKEN}/x",
                "/list/%zz%",
            })
    void leaves_other_words_alone(String url) {
        assertThat(ChangeWords.inUrl(url)).isFalse();
    }
}
