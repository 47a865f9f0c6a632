package dev.countergate.server.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.call.Fault;
import dev.countergate.policy.call.Person;
import dev.countergate.policy.token.AllowedSigners;
import dev.countergate.policy.token.SshPublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApproversTest {
    private static final Person ANA = new Person("ana");
    private static final Person BO = new Person("bo");

    @TempDir private Path folder;
    private Path file;
    private final List<String> told = new ArrayList<>();
    private boolean isLogBroken;
    private Approvers approvers;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("approvers");
        approvers = approvers();
    }

    private Approvers approvers() {
        return new Approvers(
                file,
                ZoneOffset.UTC,
                found -> {
                    if (isLogBroken) {
                        throw new IOException("no space left");
                    }
                    told.add(
                            (found.isFirst() ? "start: " : "change: ")
                                    + found.holds()
                                    + people(" +", found.added())
                                    + people(" -", found.removed()));
                });
    }

    private static String people(String mark, List<Approvers.KeyLine> lines) {
        return lines.stream().map(each -> mark + each.person()).collect(Collectors.joining());
    }

    @Test
    void no_file_is_no_keys() {
        assertThat(signers().signers()).isEmpty();
        assertThat(told).containsExactly("start: 0 keys");
    }

    @Test
    void enrols_for_approvals_alone_in_a_file_that_is_its_owners() throws Exception {
        SshPublicKey key = key();
        change(approvers.adding(ANA, key)).make();

        assertThat(Files.readString(file))
                .isEqualTo("ana namespaces=\"approval-v1@countergate.dev\" " + key.line() + "\n");
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(folder.toFile().list()).containsExactly("approvers");
        assertThat(signers().signers())
                .singleElement()
                .satisfies(
                        each -> {
                            assertThat(each.person()).isEqualTo(ANA);
                            assertThat(each.key()).isEqualTo(key);
                        });
    }

    @Test
    void changes_nothing_before_it_is_made() throws Exception {
        Approvers.Change change = change(approvers.adding(ANA, key()));

        assertThat(change.signers().signers()).hasSize(1);
        assertThat(file).doesNotExist();
    }

    @Test
    void keeps_what_people_wrote_into_the_file() throws Exception {
        Files.writeString(file, "# on call\nbo " + key().line() + " bo@laptop");
        SshPublicKey key = key();
        change(approvers.adding(ANA, key)).make();

        assertThat(Files.readString(file))
                .startsWith("# on call\nbo ssh-ed25519 ")
                .contains(" bo@laptop\nana namespaces=");

        change(approvers.removing(ANA, key.fingerprint())).make();
        assertThat(Files.readString(file)).startsWith("# on call\nbo ").endsWith("bo@laptop\n");
    }

    @Test
    void a_key_belongs_to_one_person_and_stands_once() throws Exception {
        SshPublicKey key = key();
        change(approvers.adding(ANA, key)).make();

        assertThat(faults(approvers.adding(BO, key)))
                .singleElement()
                .asString()
                .contains("stands on line 1 already, for `ana`");
        assertThat(faults(approvers.adding(ANA, key))).hasSize(1);
        change(approvers.adding(ANA, key())).make();
        assertThat(signers().signers()).hasSize(2);
    }

    @Test
    void strikes_out_one_key_or_all_of_a_person() throws Exception {
        SshPublicKey first = key();
        change(approvers.adding(ANA, first)).make();
        change(approvers.adding(ANA, key())).make();
        change(approvers.adding(BO, key())).make();

        change(approvers.removing(ANA, first.fingerprint())).make();
        assertThat(signers().find(first)).isEmpty();
        assertThat(signers().signers()).hasSize(2);

        change(approvers.removing(ANA, null)).make();
        assertThat(signers().signers())
                .singleElement()
                .satisfies(each -> assertThat(each.person()).isEqualTo(BO));
    }

    @Test
    void strikes_out_nobody_elses_key_and_never_the_last() throws Exception {
        SshPublicKey key = key();
        change(approvers.adding(ANA, key)).make();

        assertThat(faults(approvers.removing(BO, key.fingerprint())))
                .singleElement()
                .asString()
                .contains("no such key");
        assertThat(faults(approvers.removing(ANA, key().fingerprint()))).hasSize(1);
        assertThat(faults(approvers.removing(ANA, null)))
                .singleElement()
                .asString()
                .contains("no key would be left");
        assertThat(signers().signers()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ana,bo KEY",
                "* KEY",
                "!ana KEY",
                "ana cert-authority KEY",
                "ana ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQA=",
                "ana KEY\nbo KEY",
                "ana KEY\rbo",
                "ana KEY\nbroken",
                "KEY",
                "\u0000",
            })
    void a_fault_refuses_the_whole_file_and_says_where(String text) throws Exception {
        Files.writeString(file, "eve " + key().line() + "\n" + text.replace("KEY", key().line()));

        assertThat(approvers.read().faultsFound())
                .isNotEmpty()
                .first()
                .asString()
                .contains("line ");
        assertThat(faults(approvers.adding(ANA, key()))).isNotEmpty();
        assertThat(faults(approvers.removing(new Person("eve"), null))).isNotEmpty();
    }

    @Test
    void refuses_bytes_that_are_no_text_and_more_than_it_reads() throws Exception {
        Files.write(file, new byte[] {(byte) 0xFF});
        assertThat(faults(approvers.read())).hasSize(1);
        Files.writeString(file, "#".repeat(AllowedSigners.LENGTH_MAX + 1));
        assertThat(faults(approvers.read())).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw--w----", "rw-----w-", "rw-rw-rw-"})
    void a_file_others_may_write_to_counts_for_nobody(String mode) throws Exception {
        change(approvers.adding(ANA, key())).make();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        assertThat(faults(approvers.read()))
                .singleElement()
                .asString()
                .contains("can be written to by others");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx-wx---", "rwx----wx"})
    void nor_does_one_in_a_directory_others_may_write_to(String mode) throws Exception {
        change(approvers.adding(ANA, key())).make();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));

        assertThat(faults(approvers.read())).hasSize(1);
    }

    @Test
    void nor_does_a_link_or_a_directory() throws Exception {
        Path elsewhere = folder.resolve("elsewhere");
        Files.writeString(elsewhere, "ana " + key().line() + "\n");
        Files.createSymbolicLink(file, elsewhere);
        assertThat(faults(approvers.read())).singleElement().asString().contains("is not a file");

        Files.delete(file);
        Files.createDirectory(file);
        assertThat(faults(approvers.read())).singleElement().asString().contains("is not a file");
    }

    @Test
    void tells_of_an_edit_by_others_once_and_of_its_own_never() throws Exception {
        change(approvers.adding(ANA, key())).make();
        assertThat(signers().signers()).hasSize(1);
        assertThat(told).containsExactly("start: 0 keys");
        assertThat(approvers.isChangedByOthers()).isFalse();

        Files.writeString(file, Files.readString(file) + "eve " + key().line() + "\n");
        assertThat(signers().signers()).hasSize(2);
        assertThat(signers().signers()).hasSize(2);
        assertThat(told).containsExactly("start: 0 keys", "change: 2 keys +eve");
        assertThat(approvers.isChangedByOthers()).isTrue();

        Files.writeString(file, "broken");
        assertThat(faults(approvers.read())).isNotEmpty();
        assertThat(told)
                .hasSize(3)
                .last()
                .asString()
                .contains("nothing that can be read")
                .doesNotContain("-ana");

        Files.writeString(file, "eve " + key().line() + "\n");
        assertThat(signers().signers()).hasSize(1);
        assertThat(told).last().isEqualTo("change: 1 keys +eve -ana -eve");
    }

    @Test
    void tells_at_the_start_what_it_found() throws Exception {
        change(approvers.adding(ANA, key())).make();
        told.clear();

        assertThat(approvers().read().faultsFound()).isEmpty();
        assertThat(told).containsExactly("start: 1 keys +ana");
    }

    /** No record, no key: a hand that edits the file must not profit from a full disk. */
    @Test
    void a_change_that_cannot_be_recorded_counts_for_nobody() throws Exception {
        change(approvers.adding(ANA, key())).make();
        Files.writeString(file, Files.readString(file) + "eve " + key().line() + "\n");
        isLogBroken = true;

        assertThat(faults(approvers.read()))
                .singleElement()
                .asString()
                .contains("cannot be recorded")
                .doesNotContain("changed"); // nobody knows whether it did, where no leaf can say
        assertThat(faults(approvers.read())).hasSize(1);

        isLogBroken = false;
        assertThat(signers().signers()).hasSize(2);
        assertThat(approvers.isChangedByOthers()).isTrue();
    }

    @Test
    void a_change_prepared_for_another_file_is_not_made() throws Exception {
        change(approvers.adding(ANA, key())).make();
        Approvers.Change change = change(approvers.adding(BO, key()));
        String edited = Files.readString(file) + "eve " + key().line() + "\n";
        Files.writeString(file, edited);

        assertThatThrownBy(change::make).isInstanceOf(IOException.class);
        assertThat(Files.readString(file)).isEqualTo(edited);
    }

    @Test
    void leaves_the_old_file_when_the_new_one_cannot_be_written() throws Exception {
        change(approvers.adding(ANA, key())).make();
        String before = Files.readString(file);
        Approvers.Change change = change(approvers.adding(BO, key()));
        Path inTheWay = Files.createDirectory(folder.resolve("approvers.new"));
        Files.createFile(inTheWay.resolve("something"));

        assertThatThrownBy(change::make).isInstanceOf(IOException.class);
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(signers().signers()).hasSize(1);
        assertThat(approvers.isChangedByOthers()).isFalse();
    }

    private AllowedSigners signers() {
        return ((Checked.Valid<AllowedSigners>) approvers.read()).value();
    }

    private static Approvers.Change change(Checked<Approvers.Change> checked) {
        return ((Checked.Valid<Approvers.Change>) checked).value();
    }

    private static List<Fault> faults(Checked<?> checked) {
        return checked.faultsFound();
    }

    /** A fresh key, as the line of a {@code .pub} file would give it. */
    static SshPublicKey key() throws NoSuchAlgorithmException {
        byte[] x509 =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
        byte[] head = HexFormat.of().parseHex("0000000b" + "7373682d65643235353139" + "00000020");
        byte[] blob = Arrays.copyOf(head, head.length + 32);
        System.arraycopy(x509, x509.length - 32, blob, head.length, 32);
        return ((Checked.Valid<SshPublicKey>) SshPublicKey.parse(blob)).value();
    }
}
