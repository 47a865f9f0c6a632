package dev.countergate.server.approver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.View;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.Statement;
import dev.countergate.testing.approval.SampleCore;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownProposalTest {
    private static final SampleCore CORE = SampleCore.MODERATE;
    private static final ProposalId OTHER = new ProposalId("p-00000000000000000000000002");
    private static final Person ANA = new Person("ana");
    private static final String KEY = "SHA256:" + "A".repeat(43);

    private static String view(String core) {
        return switch (View.of(core.getBytes(UTF_8))) {
            case Checked.Valid<View>(View view) -> view.text();
            case Checked.Invalid<View>(var faults) -> throw new AssertionError(faults);
        };
    }

    private static ShownProposal shown() throws RefusedException {
        return ShownProposal.check(CORE.id(), CORE.text(), view(CORE.text()), CORE.digest().hex());
    }

    @Test
    void takes_what_follows_from_the_core() throws RefusedException {
        assertThat(shown().view().text()).isEqualTo(view(CORE.text()));
        assertThat(shown().code()).isEqualTo(CORE.digest().code());
    }

    @ParameterizedTest
    @CsvSource({
        "another core than the text's,     OTHER_VIEW",
        "a text with a line more,          OTHER_VIEW",
        "a text without its last line end, OTHER_VIEW",
        "another environment in the text,  OTHER_VIEW",
        "no text,                          OTHER_VIEW",
        "another digest,                   OTHER_DIGEST",
        "no digest,                        OTHER_DIGEST",
        "another proposal,                 OTHER_PROPOSAL",
        "a core with a blank,              NOT_SHOWABLE",
        "a core with a member more,        NOT_SHOWABLE",
        "no core,                          NOT_SHOWABLE",
    })
    void refuses_what_does_not(String lie, String code) {
        String core = CORE.text();
        String view = view(core);
        String digest = CORE.digest().hex();
        ProposalId id = CORE.id();
        switch (lie) {
            case "another core than the text's" -> core = CORE.in("staging").text();
            case "a text with a line more" -> view += "approved by: ana\n";
            case "a text without its last line end" -> view = view.stripTrailing();
            case "another environment in the text" -> view = view.replace("prod", "test");
            case "no text" -> view = "";
            case "another digest" -> digest = CORE.in("staging").digest().hex();
            case "no digest" -> digest = "";
            case "another proposal" -> id = OTHER;
            case "a core with a blank" -> core = core.replace("{\"", "{ \"");
            case "a core with a member more" -> core = core.replace("{\"agent", "{\"a\":1,\"agent");
            case "no core" -> core = "";
            default -> throw new AssertionError(lie);
        }
        String changedCore = core;
        String changedView = view;
        String changedDigest = digest;
        ProposalId asked = id;
        assertThatThrownBy(
                        () -> ShownProposal.check(asked, changedCore, changedView, changedDigest))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessageContaining("approve nothing here");
    }

    private static Statement statement(String lie) throws RefusedException {
        return new Statement(
                lie.equals("rejects") ? Statement.Decision.REJECT : Statement.Decision.APPROVE,
                lie.equals("server") ? new ServerId("ops-2") : SampleCore.SERVER,
                lie.equals("proposal") ? OTHER : CORE.id(),
                lie.equals("digest") ? CORE.in("staging").digest() : CORE.digest(),
                lie.equals("view") ? Digest.of() : shown().view().digest(),
                lie.equals("approver") ? new Person("eve") : ANA,
                lie.equals("key") ? "SHA256:" + "B".repeat(43) : KEY,
                Challenge.of(Digest.of().bytes()),
                Instant.parse("2026-11-21T07:00:00Z"),
                Instant.parse("2026-11-21T07:05:00Z"));
    }

    @Test
    void takes_a_statement_that_says_what_was_shown() throws RefusedException {
        Statement good = statement("none");
        String text = new String(good.bytes(), UTF_8);
        assertThat(shown().checkStatement(text, Statement.Decision.APPROVE, ANA, KEY))
                .isEqualTo(good);
        assertThat(shown().checkStatement(text, Statement.Decision.APPROVE, ANA, null))
                .isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource({
        "rejects,  OTHER_DECISION",
        "server,   OTHER_SERVER",
        "proposal, OTHER_PROPOSAL",
        "digest,   OTHER_DIGEST",
        "view,     OTHER_VIEW",
        "approver, OTHER_KEY",
        "key,      OTHER_KEY",
    })
    void refuses_to_have_signed_what_was_not_shown(String lie, String code)
            throws RefusedException {
        String text = new String(statement(lie).bytes(), UTF_8);
        ShownProposal shown = shown();
        assertThatThrownBy(() -> shown.checkStatement(text, Statement.Decision.APPROVE, ANA, KEY))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource({"''", "'{}'", "rm -rf /", "SPACED", "MORE", "TRAILING"})
    void refuses_to_have_signed_what_is_no_statement(String text) throws RefusedException {
        String good = new String(statement("none").bytes(), UTF_8);
        String lie =
                switch (text) {
                    case "SPACED" -> good.replace(",", ", ");
                    case "MORE" -> good.replace("{\"app", "{\"also\":\"this\",\"app");
                    case "TRAILING" -> good + "\n";
                    default -> text;
                };
        ShownProposal shown = shown();
        assertThatThrownBy(() -> shown.checkStatement(lie, Statement.Decision.APPROVE, ANA, KEY))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("NOT_SHOWABLE"));
    }
}
