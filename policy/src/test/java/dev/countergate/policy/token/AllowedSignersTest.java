package dev.countergate.policy.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where our reading and stock {@code ssh-keygen -Y verify} overlap, the real one is asked. */
class AllowedSignersTest {
    private static final String NAMESPACE = "approval-v1@countergate.dev";
    private static final String MESSAGE = "{\"decision\":\"approve\"}";
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    @TempDir private Path folder;

    private SshKeygen keygen;

    @BeforeEach
    void openFolder() {
        keygen = new SshKeygen(folder);
    }

    @Test
    void finds_the_person_behind_each_key() throws Exception {
        String other = line("bo");
        AllowedSigners signers =
                parsed("# the team\n\n  # more\nana " + KEY + " her laptop\nbo " + other + "\n");

        assertThat(signers.personOf(key(KEY), NAMESPACE, NOW))
                .isEqualTo(Checked.valid(new Person("ana")));
        assertThat(signers.personOf(key(other), NAMESPACE, NOW))
                .isEqualTo(Checked.valid(new Person("bo")));
        assertThat(signers.find(key(KEY)).orElseThrow().line()).isEqualTo(4);
    }

    @Test
    void knows_nobody_behind_a_key_that_is_not_enrolled() throws Exception {
        assertThat(parsed("ana " + KEY).personOf(key(line("eve")), NAMESPACE, NOW).faultsFound())
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).contains("is not enrolled"));
        assertThat(parsed("").signers()).isEmpty();
    }

    @Test
    void takes_hardware_keys() throws Exception {
        for (boolean ecdsa : new boolean[] {true, false}) {
            String line = new HardwareKey(ecdsa).publicLine();

            assertThat(parsed("ana@example.com " + line).personOf(key(line), NAMESPACE, NOW))
                    .isEqualTo(Checked.valid(new Person("ana@example.com")));
        }
    }

    /** {@code KEY} stands for a good key; a dot in the expectation for any text between. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ana,bo KEY                                          | several principals",
                "ana,ana KEY                                         | several principals",
                "* KEY                                               | wildcard",
                "an? KEY                                             | wildcard",
                "*@example.com KEY                                   | wildcard",
                "!ana KEY                                            | negated",
                "!ana,* KEY                                          | several principals",
                "\"ana\" KEY                                         | not a person's name",
                "\"ana bo\" KEY                                      | not a person's name",
                "аna KEY                                             | not a person's name",
                "-ana KEY                                            | not a person's name",
                "ana cert-authority KEY                              | certificate authority",
                "ana CERT-AUTHORITY KEY                              | certificate authority",
                "ana cert-authority,namespaces=\"a\" KEY             | certificate authority",
                "ana no-touch-required KEY                           | unknown option",
                "ana verify-required KEY                             | unknown option",
                "ana zone=\"UTC\" KEY                                | unknown option",
                "ana namespaces=a KEY                                | without a quoted value",
                "ana namespaces KEY                                  | without a quoted value",
                "ana namespaces= KEY                                 | without a quoted value",
                "ana namespaces=\"\" KEY                             | not names",
                "ana namespaces=\"a,,b\" KEY                         | not names",
                "ana namespaces=\"a b\" KEY                          | not names",
                "ana namespaces=\"a, b\" KEY                         | not names",
                "ana namespaces=\"*\" KEY                            | wildcard",
                "ana namespaces=\"approval-*\" KEY                   | wildcard",
                "ana namespaces=\"!file,a\" KEY                      | negation",
                "ana namespaces=\"a\\\"b\" KEY                       | cannot be read",
                "ana namespaces=\"a KEY                              | cannot be read",
                "ana namespaces=\"a\"b KEY                           | cannot be read",
                "ana namespaces=\"a\",namespaces=\"b\" KEY           | twice",
                "ana namespaces=\"a\",NameSpaces=\"b\" KEY           | twice",
                "ana namespaces=\"a\", valid-after=\"20250101\" KEY  | cannot be read",
                "ana ,namespaces=\"a\" KEY                           | cannot be read",
                "ana namespaces='a' KEY                              | without a quoted value",
                "ana valid-after=20250101 KEY                        | without a quoted value",
                "ana valid-after=\"\" KEY                            | is none",
                "ana valid-after=\"2025\" KEY                        | is none",
                "ana valid-after=\"2025-01-01\" KEY                  | is none",
                "ana valid-after=\"20250230\" KEY                    | is none",
                "ana valid-after=\"20251301\" KEY                    | is none",
                "ana valid-after=\"202501012400\" KEY                | is none",
                "ana valid-after=\"20250101235960Z\" KEY             | is none",
                "ana valid-after=\"2025010123\" KEY                  | is none",
                "ana valid-after=\"20250101z\" KEY                   | is none",
                "ana valid-after=\"20250101UTC\" KEY                 | is none",
                "ana valid-after=\"20250101+0100\" KEY               | is none",
                "ana valid-after=\" 20250101\" KEY                   | is none",
                "ana valid-after=\"always\" KEY                      | is none",
                "ana valid-after=\"0x5\" KEY                         | is none",
                "ana valid-after=\"19700101Z\" KEY                   | is none",
                "ana valid-after=\"19600101Z\" KEY                   | is none",
                "ana valid-after=\"２０２５０１０１\" KEY                | is none",
                "ana valid-after=\"20250102Z\",valid-before=\"20250101Z\" KEY | not after",
                "ana valid-after=\"20250101Z\",valid-before=\"20250101Z\" KEY | not after",
                "ana \u3000KEY                                       | cannot be read",
                "ana namespaces=\"a\" \u3000KEY                      | another kind",
                "ana\u3000KEY                                        | not a person's name",
                "ana                                                 | not a public key",
                "ana ssh-ed25519                                     | not a public key",
                "ana namespaces=\"a\"                                | not a public key",
                "ana ssh-ed25519 !!!!                                | base64",
                "ana ssh-ed25519 AAAA                                | not a public key",
                "ana sk-ssh-ed25519@openssh.com AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl | another kind",
                "KEY                                                 | no principal",
            })
    void refuses_with_the_line_what_is_not_one_person_and_one_key(String line, String problem) {
        assertThat(faults("# first\n" + line.replace("KEY", KEY)))
                .isNotEmpty()
                .allSatisfy(fault -> assertThat(fault.subject()).isEqualTo("line 2"))
                .anySatisfy(fault -> assertThat(fault.problem()).contains(problem));
    }

    @ParameterizedTest
    @CsvSource({"rsa,-t rsa -b 2048", "ecdsa,-t ecdsa -b 256"})
    void refuses_keys_that_cannot_approve(String name, String options) throws Exception {
        Path key = keygen.key(name, options.split(" ", -1));

        assertThat(faults("ana " + Files.readString(Path.of(key + ".pub"))))
                .singleElement()
                .satisfies(fault -> assertThat(fault.text()).startsWith("`line 1`: a key of kind"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\u001B[2K", "\0", "\u0085", "\u000B", "\u007F"})
    void refuses_control_characters_even_in_comments(String control) {
        assertThat(faults("# good" + control + "\n")).hasSize(1);
        assertThat(faults("ana " + KEY + control + "\n")).hasSize(1);
        assertThat(faults("ana " + KEY + " comment" + control + "\n")).hasSize(1);
    }

    @Test
    void tells_every_fault_of_every_line() {
        assertThat(
                        faults(
                                "* namespaces=\"*\",valid-after=\"x\" "
                                        + KEY
                                        + "\nana "
                                        + KEY
                                        + "\n!bo "
                                        + KEY
                                        + "\n"))
                .extracting(Fault::subject)
                .containsExactly("line 1", "line 1", "line 1", "line 3");
    }

    @Test
    void gives_a_key_to_one_person_alone() {
        assertThat(faults("ana " + KEY + "\nbo " + KEY + "\n"))
                .singleElement()
                .satisfies(
                        fault ->
                                assertThat(fault.text())
                                        .isEqualTo(
                                                "`line 2`: the key stands on line 1 already, for `ana`: keep one line a key"));
        assertThat(faults("ana " + KEY + "\nana " + KEY + "\n")).hasSize(1);
    }

    @Test
    void takes_one_person_in_one_spelling() throws Exception {
        assertThat(faults("ana " + KEY + "\nbo " + line("bo") + "\nAna " + line("ana") + "\n"))
                .extracting(Fault::text)
                .containsExactly(
                        "`line 3`: `Ana` is `ana` on line 1, and no other person: spell a person one way");
    }

    @Test
    void bounds_the_file_and_the_line() {
        assertThat(faults("#".repeat(AllowedSigners.LENGTH_MAX + 1))).hasSize(1);
        assertThat(faults("ana " + KEY + " " + "x".repeat(SignerLine.LENGTH_MAX))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                       | true",
                "namespaces=\"approval-v1@countergate.dev\" | true",
                "NAMESPACES=\"approval-v1@countergate.dev\" | true",
                "namespaces=\"file,approval-v1@countergate.dev\" | true",
                "namespaces=\"file\"                      | false",
                "namespaces=\"file,git\"                  | false",
                "namespaces=\"Approval-v1@countergate.dev\" | false",
                "valid-after=\"20260615Z\"                | true",
                "valid-after=\"20260616Z\"                | false",
                "valid-before=\"20260616Z\"               | true",
                "valid-before=\"20260615Z\"               | false",
                "valid-after=\"20260615120000Z\"          | true",
                "valid-after=\"20260615120001Z\"          | false",
                "valid-before=\"20260615120000Z\"         | true",
                "valid-before=\"20260615115959Z\"         | false",
                "valid-after=\"202606151200Z\"            | true",
                "valid-after=\"202606151201Z\"            | false",
                "VALID-AFTER=\"20260614\",valid-before=\"20260616\" | true",
                "valid-after=\"20260615\"                 | true",
                "valid-after=\"20260615130000\"           | true",
                "valid-after=\"20260615130001\"           | false",
                "valid-after=\"20260615140000\"           | false",
                "valid-before=\"20260615125959\"          | false",
                "valid-before=\"202606151300\"            | true",
                "valid-after=\"20260101120000\"           | true",
            })
    void agrees_with_ssh_keygen_on_times_and_namespaces(String options, boolean accepted)
            throws Exception {
        Path key = keygen.key("id", "-t", "ed25519", "-C", "");
        String publicLine = Files.readString(Path.of(key + ".pub")).strip();
        String armoured = keygen.sign(key, NAMESPACE, MESSAGE);
        String file = "ana " + options + (options.isEmpty() ? "" : " ") + publicLine + "\n";
        String zone = "Europe/Berlin";

        AllowedSigners signers =
                ((Checked.Valid<AllowedSigners>) AllowedSigners.parse(file, ZoneId.of(zone)))
                        .value();

        assertThat(signers.personOf(key(publicLine), NAMESPACE, NOW) instanceof Checked.Valid<?>)
                .isEqualTo(accepted);
        assertThat(
                        keygen.verifies(
                                file,
                                "ana",
                                NAMESPACE,
                                MESSAGE,
                                armoured,
                                Map.of("TZ", zone, "verify-time", "20260615120000Z")))
                .as("ssh-keygen")
                .isEqualTo(accepted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ana KEY\n",
                " \t ana \t KEY\n",
                "ana\tnamespaces=\"approval-v1@countergate.dev\"\tKEY\tcomment words\n",
                "#!ana\n\n   \n\t#x\nana KEY",
                "ana KEY namespaces=\"file\"\n",
            })
    void reads_blanks_and_comments_as_ssh_keygen_does(String template) throws Exception {
        Path key = keygen.key("id", "-t", "ed25519", "-C", "");
        String publicLine = Files.readString(Path.of(key + ".pub")).strip();
        String file = template.replace("KEY", publicLine);

        assertThat(parsed(file).personOf(key(publicLine), NAMESPACE, NOW))
                .isEqualTo(Checked.valid(new Person("ana")));
        assertThat(
                        keygen.verifies(
                                file,
                                "ana",
                                NAMESPACE,
                                MESSAGE,
                                keygen.sign(key, NAMESPACE, MESSAGE),
                                Map.of()))
                .isTrue();
    }

    private String line(String name) throws Exception {
        Path key = keygen.key(name, "-t", "ed25519", "-C", name);
        return Files.readString(Path.of(key + ".pub")).strip();
    }

    private static AllowedSigners parsed(String text) {
        return ((Checked.Valid<AllowedSigners>) AllowedSigners.parse(text, ZoneOffset.UTC)).value();
    }

    private static List<Fault> faults(String text) {
        return AllowedSigners.parse(text, ZoneOffset.UTC).faultsFound();
    }

    private static SshPublicKey key(String line) {
        return ((Checked.Valid<SshPublicKey>) SshPublicKey.parseLine(line)).value();
    }
}
