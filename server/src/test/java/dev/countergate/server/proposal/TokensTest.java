package dev.countergate.server.proposal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Person;
import dev.countergate.policy.change.ProposalState;
import dev.countergate.policy.token.Challenge;
import dev.countergate.policy.token.Digest;
import dev.countergate.policy.token.ProposalId;
import dev.countergate.policy.token.ServerId;
import dev.countergate.policy.token.Statement;
import dev.countergate.testing.ApproverKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that is not exactly the token asked for, against the whole of the write path: none of it is accepted. */
@Tag("long")
@Timeout(60)
class TokensTest {
    private static final String YAML = Engine.TOOLS + Engine.PLAIN;

    @TempDir private Path folder;
    @TempDir private Path elsewhere;

    private Engine engine;
    private ProposalId id;
    private Statement statement;
    private String text;
    private String signature;

    @BeforeEach
    void begins() throws Exception {
        engine = new Engine(folder, YAML);
        id = engine.propose("web");
        statement = engine.statement(id, "bo");
        text = new String(statement.bytes(), UTF_8);
        signature = engine.sign(statement, "bo");
    }

    /** Nothing was accepted, nothing was sent, and the good token is still good. */
    @AfterEach
    void ends() throws Exception {
        if (engine.state(id) == ProposalState.PENDING) {
            assertThat(engine.status(id).given()).isZero();
            assertThat(engine.changes.sent).isEmpty();
            assertThat(code(id, text, signature)).isEqualTo("accepted");
        }
        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
        engine.close();
    }

    private String code(ProposalId of, String said, String signed) throws Exception {
        try {
            engine.proposals().submit(of, said, signed);
            return "accepted";
        } catch (RefusedException refused) {
            return refused.code();
        }
    }

    private void refuses(ProposalId of, String said, String signed) throws Exception {
        assertThat(code(of, said, signed)).as("%s%n%s", said, signed).isNotEqualTo("accepted");
    }

    @Test
    void accepts_no_flipped_bit_of_the_statement() throws Exception {
        byte[] bytes = statement.bytes();
        for (int bit = 0; bit < bytes.length * 8; bit += 5) {
            refuses(id, new String(flipped(bytes, bit), UTF_8), signature);
        }
    }

    @Test
    void accepts_no_flipped_bit_of_the_signature() throws Exception {
        byte[] blob = Base64.getMimeDecoder().decode(signature.replaceAll("-----.*-----", ""));
        for (int bit = 0; bit < blob.length * 8; bit += 3) {
            refuses(id, text, armoured(flipped(blob, bit)));
        }
        assertThat(code(id, text, armoured(blob)))
                .as("the way there is sound")
                .isEqualTo("accepted");
    }

    @Test
    void accepts_nothing_cut_or_added() throws Exception {
        byte[] blob = Base64.getMimeDecoder().decode(signature.replaceAll("-----.*-----", ""));
        for (int length = 0; length < text.length(); length += 7) {
            refuses(id, text.substring(0, length), signature);
        }
        for (int length = 0; length < blob.length; length += 5) {
            refuses(id, text, armoured(Arrays.copyOf(blob, length)));
        }
        refuses(id, text, armoured(Arrays.copyOf(blob, blob.length + 1)));
        for (String other : List.of(text + "\n", " " + text, text + text, "", "null", "{}", "[]")) {
            refuses(id, other, signature);
        }
        refuses(id, text, "");
    }

    /** Changed and signed anew by the good key: only the comparison with what was given out stands in the way. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "decision",
                "server",
                "proposal",
                "digest",
                "view",
                "approver",
                "key",
                "challenge",
                "issued",
                "expires"
            })
    void accepts_no_statement_of_the_approvers_own_making(String member) throws Exception {
        Statement other =
                new Statement(
                        member.equals("decision")
                                ? Statement.Decision.REJECT
                                : statement.decision(),
                        member.equals("server") ? new ServerId("s-other") : statement.server(),
                        member.equals("proposal")
                                ? new ProposalId("p-00000000000000000000000001")
                                : statement.proposal(),
                        member.equals("digest") ? Digest.of() : statement.digest(),
                        member.equals("view") ? Digest.of() : statement.view(),
                        member.equals("approver") ? new Person("cy") : statement.approver(),
                        member.equals("key") ? engine.key("cy").fingerprint() : statement.key(),
                        member.equals("challenge")
                                ? new Challenge("0".repeat(64))
                                : statement.challenge(),
                        member.equals("issued")
                                ? statement.issued().minusMillis(1)
                                : statement.issued(),
                        member.equals("expires")
                                ? statement.expires().plusMillis(1)
                                : statement.expires());
        assertThat(other).isNotEqualTo(statement);

        for (String person : List.of("bo", "cy")) {
            refuses(id, new String(other.bytes(), UTF_8), engine.sign(other, person));
        }
        refuses(id, new String(other.bytes(), UTF_8), signature);
        refuses(id, text, engine.sign(other, "bo"));
    }

    @Test
    void accepts_no_other_namespace_and_no_other_key() throws Exception {
        for (String namespace : List.of("file", "approval-v2@countergate.dev", "git", "a")) {
            refuses(id, text, engine.key("bo").sign(statement.bytes(), namespace));
        }
        refuses(id, text, engine.sign(statement, "cy"));
        refuses(id, text, engine.sign(statement, "ana"));
        refuses(id, text, new ApproverKey().sign(statement.bytes()));
    }

    @Test
    void accepts_no_key_that_is_not_enrolled_any_more() throws Exception {
        Path approvers = folder.resolve("approvers");
        String enrolled = Files.readString(approvers);
        for (String instead :
                List.of(
                        "",
                        engine.key("cy").line("cy", "") + "\n",
                        engine.key("bo").line("cy", "") + "\n",
                        engine.key("bo").line("bo", "namespaces=\"file\"") + "\n",
                        engine.key("bo").line("bo", "valid-before=\"20260101Z\"") + "\n",
                        engine.key("bo").line("bo", "valid-after=\"20270101Z\"") + "\n",
                        enrolled + engine.key("bo").line("cy", "") + "\n",
                        enrolled + "not a line\n")) {
            Files.writeString(approvers, instead);
            refuses(id, text, signature);
        }
        Files.writeString(approvers, enrolled);
    }

    @Test
    void accepts_no_statement_of_another_proposal_or_another_server() throws Exception {
        ProposalId other = engine.propose("db");
        Statement ofOther = engine.statement(other, "bo");
        refuses(id, new String(ofOther.bytes(), UTF_8), engine.sign(ofOther, "bo"));
        refuses(other, text, signature);
        try (Engine foreign = new Engine(elsewhere, YAML)) {
            foreign.random.nextLong();
            ProposalId theirs = foreign.propose("web");
            Statement said = foreign.statement(theirs, "bo");
            refuses(id, new String(said.bytes(), UTF_8), engine.sign(said, "bo"));
            refuses(id, new String(said.bytes(), UTF_8), foreign.sign(said, "bo"));
        }
        assertThat(engine.state(other)).isEqualTo(ProposalState.PENDING);
    }

    @Test
    void takes_no_rejection_for_an_approval_nor_the_other_way_round() throws Exception {
        Statement reject = engine.statement(id, "bo", Statement.Decision.REJECT);
        String rejection = new String(reject.bytes(), UTF_8);
        String signed = engine.sign(reject, "bo");

        refuses(id, rejection.replace("reject", "approve"), signed);
        refuses(id, text, signed);
        refuses(id, text.replace("approve", "reject"), signature);
        refuses(id, rejection, signature);
    }

    @Test
    void counts_a_token_once() throws Exception {
        assertThat(code(id, text, signature)).isEqualTo("accepted");
        engine.settled(id);

        for (int i = 0; i < 5; i++) {
            refuses(id, text, signature);
        }
        engine.restart();
        refuses(id, text, signature);
    }

    @Test
    void counts_a_token_once_where_two_persons_are_asked() throws Exception {
        engine.reload(
                YAML + "policy: {rules: [{id: two, then: approve, approvals: 2, when: 'true'}]}");
        assertThat(code(id, text, signature)).isEqualTo("accepted");

        assertThat(code(id, text, signature)).isEqualTo("TOKEN_SPENT");
        assertThat(code(id, text, signature.replace("\n", "\r\n"))).isEqualTo("TOKEN_SPENT");
        assertThat(engine.status(id).given()).isEqualTo(1);
        engine.approve(id, "cy");
    }

    @Test
    void counts_a_token_once_when_sixteen_hand_it_in_at_a_time() throws Exception {
        CountDownLatch together = new CountDownLatch(16);
        List<Future<String>> codes = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 16; i++) {
                codes.add(
                        threads.submit(
                                () -> {
                                    together.countDown();
                                    together.await();
                                    return code(id, text, signature);
                                }));
            }
        }
        List<String> found = new ArrayList<>();
        for (Future<String> code : codes) {
            found.add(code.get());
        }

        assertThat(found).filteredOn("accepted"::equals).hasSize(1);
        engine.settled(id);
        assertThat(engine.changes.sent).hasSize(1);
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        return flipped;
    }

    private static String armoured(byte[] blob) {
        return "-----BEGIN SSH SIGNATURE-----\n"
                + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
                + "\n-----END SSH SIGNATURE-----\n";
    }
}
