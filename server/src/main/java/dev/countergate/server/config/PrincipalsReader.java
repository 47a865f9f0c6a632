package dev.countergate.server.config;

import dev.countergate.policy.call.PrincipalId;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code principals}: who stands behind a unix user or a token. */
final class PrincipalsReader {
    private final Report report;

    PrincipalsReader(Report report) {
        this.report = report;
    }

    Map<PrincipalId, String> read(List<Block> blocks) {
        Map<PrincipalId, String> persons = new LinkedHashMap<>();
        for (Block block : blocks) {
            String person = block.string("person", "");
            for (Text user : block.texts("unix")) {
                add(persons, PrincipalId.unix(user.value()), person, user);
            }
            for (Text token : block.texts("tokens")) {
                add(persons, new PrincipalId("token:" + token.value()), person, token);
            }
            if (!block.has("unix") && !block.has("tokens")) {
                report.fault(
                        block.at(), block.path(), "names no principal", "give `unix` or `tokens`");
            }
        }
        return persons;
    }

    private void add(
            Map<PrincipalId, String> persons, PrincipalId principal, String person, Text at) {
        String earlier = persons.putIfAbsent(principal, person);
        if (earlier != null) {
            report.fault(
                    at.at(),
                    at.path(),
                    "`" + at.value() + "` stands for `" + earlier + "` already",
                    "one principal has one person");
        }
    }
}
