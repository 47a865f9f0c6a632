package dev.countergate.server.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Catalogue;
import dev.countergate.policy.catalogue.Powers;
import dev.countergate.policy.catalogue.Powers.CallLimit;
import dev.countergate.policy.catalogue.Principals;
import dev.countergate.policy.revision.Revision;
import dev.countergate.policy.token.BearerToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is who in a catalogue, and which changes of that a person has to accept. */
class PrincipalsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final BearerToken CI = token(1);
    private static final BearerToken OLD = token(2);

    private static final String CATALOGUE =
            """
            tools:
              - {name: get_one, url: "http://x/1"}
              - {name: get_two, url: "http://x/2"}
              - {name: put_one, url: "http://x/1", method: PUT}
            principals:
              - {person: ana, unix: [ana, ana-agent], limits: [{calls: 9, per: 1h}]}
              - person: bo
                tokens:
                  - {name: ci, sha256: "%s"}
                  - {name: old, sha256: "%s", expires: "2026-11-21T13:00:00+01:00"}
                tools: [get_*]
                limits: [{calls: 60, per: 1h}, {calls: 5, per: 1m}]
              - {unix: guest, tools: []}
            """
                    .formatted(CI.digest(), OLD.digest());

    private static BearerToken token(int seed) {
        byte[] bytes = new byte[BearerToken.RANDOM_BYTES];
        Arrays.fill(bytes, (byte) seed);
        return BearerToken.of(bytes);
    }

    private static Principals principals(String yaml) {
        return Catalogues.of(yaml).catalogue().principals();
    }

    @Test
    void a_token_stands_for_its_principal_until_it_expires() {
        Principals principals = principals(CATALOGUE);
        assertThat(principals.ofBearer(CI.reveal(), NOW)).contains(PrincipalId.token("ci"));
        assertThat(principals.ofBearer(OLD.reveal(), NOW.minusMillis(1)))
                .contains(PrincipalId.token("old"));
        assertThat(principals.ofBearer(OLD.reveal(), NOW)).isEmpty();
        assertThat(principals.ofBearer(OLD.reveal(), NOW.plusSeconds(1))).isEmpty();
        assertThat(principals.person(PrincipalId.token("ci"))).contains("bo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ana@example.com", "9lives", "a+b", "Ana_B.c-d"})
    void a_person_may_be_named_as_the_keys_name_them(String name) {
        assertThat(Person.isValid(name)).isTrue();
        Principals principals = principals("principals: [{person: \"" + name + "\", unix: x}]");
        assertThat(principals.person(PrincipalId.unix("x"))).contains(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"_ana", "-ana", "@ana", ".ana", "ana ", "an a", "аna", ""})
    void whom_no_key_could_be_enrolled_for_is_a_fault_and_not_a_failed_write_later(String name) {
        assertThat(Person.isValid(name)).isFalse();
        assertThat(
                        Catalogues.of(
                                        "principals: [{person: \""
                                                + name
                                                + "\", unix: x, tools: []}]")
                                .faults())
                .singleElement()
                .asString()
                .contains("person: must be a name of up to 64");
    }

    @Test
    void nothing_else_stands_for_anybody() {
        Principals principals = principals(CATALOGUE);
        for (String text :
                List.of(
                        "",
                        "ci",
                        "token:ci",
                        CI.digest().hex(),
                        token(3).reveal(),
                        CI.reveal() + " ",
                        CI.reveal().toLowerCase(Locale.ROOT),
                        "Bearer " + CI.reveal())) {
            assertThat(principals.ofBearer(text, NOW)).as(text).isEmpty();
        }
        assertThat(Principals.NONE.ofBearer(CI.reveal(), NOW)).isEmpty();
        assertThat(Principals.NONE.haveTokens()).isFalse();
        assertThat(principals.haveTokens()).isTrue();
    }

    @Test
    void each_has_the_powers_of_its_entry() {
        Principals principals = principals(CATALOGUE);
        Powers ci = principals.powers(PrincipalId.token("ci"));
        assertThat(ci.tools()).isEqualTo(Set.of(new ToolName("get_one"), new ToolName("get_two")));
        assertThat(ci.limits())
                .containsExactly(
                        new CallLimit(60, Duration.ofHours(1)),
                        new CallLimit(5, Duration.ofMinutes(1)));
        assertThat(ci.include(new ToolName("put_one"))).isFalse();
        assertThat(principals.powers(PrincipalId.unix("guest")).include(new ToolName("get_one")))
                .isFalse();
        Powers ana = principals.powers(PrincipalId.unix("ana"));
        assertThat(ana.include(new ToolName("put_one"))).isTrue();
        assertThat(ana.limits()).hasSize(1);
    }

    @Test
    void who_is_not_named_has_all_as_a_local_user_and_nothing_as_a_token() {
        Principals principals = principals(CATALOGUE);
        assertThat(principals.powers(PrincipalId.unix("stranger"))).isEqualTo(Powers.ALL);
        assertThat(principals.powers(PrincipalId.token("gone"))).isEqualTo(Powers.NONE);
        assertThat(principals.powers(new PrincipalId("other:x"))).isEqualTo(Powers.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "*, true",
        "get_*, true",
        "*_one, true",
        "g*e, true",
        "**, true",
        "get_one, true",
        "g*t*o*e, true",
        "get*two, false",
        "get_on, false",
        "get_one_, false",
        "*x*, false",
        "one, false",
        "Get_one, false",
        "get_one*x, false",
        "*ge, false",
        "g*tt*e, false"
    })
    void a_star_stands_for_any_letters_and_nothing_else_does(String glob, boolean isMatch) {
        Catalogues catalogues =
                Catalogues.of(
                        "tools: [{name: get_one, url: \"http://x/1\"}]\n"
                                + "principals: [{unix: a, tools: [\""
                                + glob
                                + "\"]}]");
        boolean isFound =
                catalogues.faults().isEmpty()
                        && catalogues
                                .catalogue()
                                .principals()
                                .powers(PrincipalId.unix("a"))
                                .include(new ToolName("get_one"));
        assertThat(isFound).isEqualTo(isMatch);
    }

    @Test
    @Timeout(10)
    void a_pattern_full_of_stars_takes_no_time() {
        assertThat(
                        Catalogues.of(
                                        "tools: [{name: "
                                                + "a".repeat(127)
                                                + "b, url: \"http://x/1\"}]\n"
                                                + "principals: [{unix: a, tools: [\""
                                                + "*a".repeat(63)
                                                + "*c\"]}]")
                                .warnings())
                .anyMatch(warning -> warning.contains("matches no tool"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A token that is new, or another one, or good for longer.
                "sha256: \"CI\"} ~ sha256: \"CI\"}NEWLINE    - {name: new, sha256: \"OTHER\"}",
                "name: ci ~ name: cd",
                "\"CI\" ~ \"OTHER\"",
                ", expires: \"2026-11-21T13:00:00+01:00\" ~ ",
                "13:00:00+01:00 ~ 13:00:00Z",
                // More tools.
                "tools: [get_*] ~ nothing",
                "tools: [get_*] ~ tools: [get_*, put_one]",
                "tools: [get_*] ~ tools: \"*\"",
                "tools: [] ~ tools: [get_one]",
                "- {unix: guest, tools: []} ~ nothing",
                "unix: guest ~ unix: host",
                // A tool that is new, where a set takes it in.
                "tools:NEWLINE- {name: get_one ~ tools:NEWLINE- {name: get_all, url:"
                        + " \"http://x/3\"}NEWLINE- {name: get_one",
                // Another read under the name of one in the set, while the rest is kept from some.
                "http://x/2 ~ http://x/3",
                // More calls.
                "limits: [{calls: 60, per: 1h}, {calls: 5, per: 1m}] ~ nothing",
                "limits: [{calls: 60, per: 1h}, {calls: 5, per: 1m}] ~ limits: [{calls: 60, per:"
                        + " 1h}]",
                "calls: 60 ~ calls: 61",
                "per: 1m ~ per: 59s",
                "limits: [{calls: 9, per: 1h}] ~ nothing",
                // Somebody else.
                "person: bo ~ person: ana",
                "person: bo ~ nothing",
            })
    void a_person_has_to_accept_what_may_widen(String edit) {
        Revision revision = revision(edit);
        assertThat(revision.loosens()).as("%s", revision.lines()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- {name: ci, sha256: \"CI\"} ~ nothing",
                ", sha256: \"OLD\", ~ , sha256: \"OLD\",",
                "13:00:00+01:00 ~ 12:59:59+01:00",
                "sha256: \"CI\"} ~ sha256: \"CI\", expires: \"2030-01-01T00:00:00Z\"}",
                "tools: [get_*] ~ tools: [get_one]",
                "tools: [get_*] ~ tools: []",
                "tools: [get_*] ~ tools: [get_two, get_one]",
                "calls: 60 ~ calls: 59",
                "per: 1m ~ per: 2m",
                "{calls: 60, per: 1h}, ~ {calls: 60, per: 1h}, {calls: 1, per: 1s},",
                "tools: [] ~ tools: [], limits: [{calls: 1, per: 1m}]",
                "- {unix: guest, tools: []} ~ - {unix: guest, tools: []}NEWLINE- {unix: other,"
                        + " tools: [get_one]}",
                "limits: [{calls: 9, per: 1h}] ~ limits: [{calls: 9, per: 1h}], tools: [get_*]",
            })
    void what_only_takes_away_is_served_at_once(String edit) {
        Revision revision = revision(edit);
        assertThat(revision.loosens()).as("%s", revision.lines()).isFalse();
    }

    @Test
    void a_new_token_says_whose_it_is_and_for_what() {
        String lines =
                revision(
                                "sha256: \"CI\"} ~ sha256: \"CI\"}NEWLINE    - {name: new,"
                                        + " sha256: \"OTHER\"}")
                        .lines()
                        .stream()
                        .collect(joining("\n"));
        assertThat(lines)
                .contains("principals.token:new: added")
                .contains("a token of bo for [get_one, get_two], 60 per 1h, 5 per 1m")
                .doesNotContain(token(3).digest().hex());
    }

    private static Revision revision(String edit) {
        int at = edit.indexOf(" ~ ");
        Catalogue before = Catalogues.of(CATALOGUE).catalogue();
        String from = text(edit.substring(0, at));
        assertThat(CATALOGUE).contains(from);
        return Revision.between(
                before,
                Catalogues.of(CATALOGUE.replace(from, text(edit.substring(at + 3)))).catalogue());
    }

    private static String text(String part) {
        return part.equals("nothing")
                ? ""
                : part.replace("NEWLINE", "\n  ")
                        .replace("CI\"", CI.digest() + "\"")
                        .replace("OLD\"", OLD.digest() + "\"")
                        .replace("OTHER\"", token(3).digest() + "\"");
    }
}
