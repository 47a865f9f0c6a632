package dev.countergate.server.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemAccountsTest {
    @Test
    void reads_what_id_prints() {
        assertThat(
                        SystemAccounts.parse(
                                "uid=1000(ana) gid=1001(staff) groups=1001(staff),27(sudo),4(adm)\n"))
                .contains(new Account(1000, Set.of(1001L, 27L, 4L)));
        assertThat(
                        SystemAccounts.parse(
                                "uid=501(ana) gid=20(staff) groups=20(staff),12(everyone),702(com.apple.sharepoint.group.1)"))
                .contains(new Account(501, Set.of(20L, 12L, 702L)));
        assertThat(SystemAccounts.parse("uid=7 gid=8 groups=8"))
                .contains(new Account(7, Set.of(8L)));
    }

    /** A name can add a group, which separates less; it can take none away and be no other user. */
    @Test
    void a_groups_name_takes_no_group_away() {
        assertThat(
                        SystemAccounts.parse(
                                "uid=1000(ana) gid=5(x) groups=5(x),9(domain users),6(a,77),10(z)"))
                .hasValueSatisfying(
                        account -> assertThat(account.groups()).contains(5L, 9L, 6L, 10L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "id: 'nobody': no such user",
                "uid=(ana) gid=5(x) groups=5(x)",
                " uid=1000(ana) gid=5(x) groups=5(x)",
                "uid=1000(ana)",
                "uid=1000(ana) gid=5(x)",
                "uid=99999999999999999999(ana) gid=5(x) groups=5(x)",
                "gid=5(x) groups=5(x) uid=1000(ana)",
            })
    void takes_nothing_else(String answer) {
        assertThat(SystemAccounts.parse(answer)).isEmpty();
    }

    @Test
    void finds_this_tests_own_account(@TempDir Path folder) throws Exception {
        int number = (Integer) Files.getAttribute(folder, "unix:uid");

        assertThat(new SystemAccounts().find(System.getProperty("user.name")))
                .map(Account::user)
                .contains(Integer.toUnsignedLong(number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-user-here", "--help", "-G", "", "4294967290", "a b"})
    void finds_nobody_for_a_name_that_is_none(String name) throws Exception {
        assertThat(new SystemAccounts().find(name)).isEmpty();
    }
}
