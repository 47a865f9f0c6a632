package dev.countergate.server.approver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.catalogue.Guard;
import dev.countergate.policy.change.View;
import dev.countergate.testing.approval.SampleCore;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionTest {
    private static Question of(SampleCore core) throws RefusedException {
        String text = core.text();
        View view =
                switch (View.of(text.getBytes(StandardCharsets.UTF_8))) {
                    case Checked.Valid<View>(View valid) -> valid;
                    case Checked.Invalid<View>(var faults) -> throw new AssertionError(faults);
                };
        return Question.of(ShownProposal.check(core.id(), text, view.text(), core.digest().hex()));
    }

    @ParameterizedTest
    @CsvSource({
        "LOW,      prod, y,        APPROVE",
        "LOW,      prod, ' y ',    APPROVE",
        "LOW,      prod, Y,        LEAVE",
        "LOW,      prod, yes,      LEAVE",
        "LOW,      prod, prod,     LEAVE",
        "LOW,      prod, '',       LEAVE",
        "LOW,      prod, r,        REJECT",
        "MODERATE, prod, prod,     APPROVE",
        "MODERATE, prod, y,        LEAVE",
        "MODERATE, prod, Prod,     LEAVE",
        "MODERATE, prod, prod 2,   LEAVE",
        "MODERATE, prod, pro,      LEAVE",
        "MODERATE, prod, '',       LEAVE",
        "MODERATE, prod, r,        REJECT",
        "HIGH,     prod, prod 2,   APPROVE",
        "HIGH,     prod, 'prod  2', APPROVE",
        "HIGH,     prod, prod,     LEAVE",
        "HIGH,     prod, 2,        LEAVE",
        "HIGH,     prod, prod 3,   LEAVE",
        "HIGH,     prod, 2 prod,   LEAVE",
        "HIGH,     prod, y,        LEAVE",
        "HIGH,     prod, r,        REJECT",
        "CRITICAL, prod, prod 2,   APPROVE",
        "CRITICAL, prod, prod,     LEAVE",
        "CRITICAL, prod, y,        LEAVE",
        "MODERATE, '',   '',       LEAVE",
        "MODERATE, '',   y,        LEAVE",
        "MODERATE, '',   CODE,     APPROVE",
        "HIGH,     '',   CODE,     LEAVE",
        "HIGH,     '',   CODE 2,   APPROVE",
        "MODERATE, r,    r,        REJECT",
        "MODERATE, r,    CODE,     APPROVE",
        "MODERATE, pr\u043ed, prod, LEAVE",
        "MODERATE, pr\u043ed, pr\u043ed, LEAVE",
        "MODERATE, pr\u043ed, CODE, APPROVE",
    })
    void an_approval_takes_what_the_risk_deserves(
            Guard.Risk risk, String environment, String typed, Question.Answer expected)
            throws RefusedException {
        SampleCore core = SampleCore.MODERATE.with(risk).in(environment);
        assertThat(of(core).answer(typed.replace("CODE", core.digest().code())))
                .isEqualTo(expected);
    }

    @Test
    void the_number_asked_for_is_that_of_the_targets_shown() throws RefusedException {
        SampleCore two = SampleCore.MODERATE.with(Guard.Risk.HIGH);
        Question seven =
                of(new SampleCore(two.id(), two.risk(), two.environment(), 7, two.reason()));
        assertThat(seven.answer("prod 7")).isEqualTo(Question.Answer.APPROVE);
        assertThat(seven.answer("prod 2")).isEqualTo(Question.Answer.LEAVE);
    }

    @Test
    void the_answer_does_not_stand_in_the_question() throws RefusedException {
        for (Guard.Risk risk : new Guard.Risk[] {Guard.Risk.MODERATE, Guard.Risk.CRITICAL}) {
            SampleCore core = SampleCore.MODERATE.with(risk);
            assertThat(of(core).text())
                    .doesNotContain("prod")
                    .doesNotContain(core.digest().code())
                    .doesNotContain("2");
        }
    }
}
