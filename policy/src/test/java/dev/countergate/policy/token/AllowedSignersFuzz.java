package dev.countergate.policy.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countergate.policy.call.Checked;
import dev.countergate.policy.token.AllowedSigners.Signer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of signers means the same when it is written line by line and read again; a key stands in it once. */
public final class AllowedSignersFuzz {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private AllowedSignersFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, UTF_8);
        switch (AllowedSigners.parse(text, ZoneOffset.UTC)) {
            case Checked.Invalid<AllowedSigners>(var faults) ->
                    assertThat(faults)
                            .isNotEmpty()
                            .allMatch(fault -> fault.subject().matches("(line \\d+)?"));
            case Checked.Valid<AllowedSigners>(AllowedSigners signers) -> check(text, signers);
        }
    }

    private static void check(String text, AllowedSigners read) {
        List<String> lines = List.of(text.split("\n", -1));
        List<String> written = new ArrayList<>();
        for (Signer signer : read.signers()) {
            assertThat(read.find(signer.key())).contains(signer);
            assertThat(lines.get(signer.line() - 1)).contains(signer.person().name());
            written.add(line(signer));
        }
        if (!(AllowedSigners.parse(String.join("\n", written), ZoneOffset.UTC)
                instanceof Checked.Valid<AllowedSigners>(AllowedSigners again))) {
            throw new AssertionError("cannot be read again: " + written);
        }
        assertThat(again.signers().stream().map(AllowedSignersFuzz::line).toList())
                .isEqualTo(written);
    }

    private static String line(Signer signer) {
        List<String> options = new ArrayList<>();
        if (signer.namespaces() != null) {
            options.add("namespaces=\"" + String.join(",", signer.namespaces()) + "\"");
        }
        addTime(options, "valid-after", signer.validAfter());
        addTime(options, "valid-before", signer.validBefore());
        return signer.person()
                + (options.isEmpty() ? " " : " " + String.join(",", options) + " ")
                + signer.key().line();
    }

    private static void addTime(List<String> options, String name, @Nullable Instant time) {
        if (time != null) {
            options.add(name + "=\"" + TIME.format(time) + "\"");
        }
    }
}
