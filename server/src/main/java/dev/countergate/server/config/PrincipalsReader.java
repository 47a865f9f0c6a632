package dev.countergate.server.config;

import dev.countergate.policy.call.NearestWord;
import dev.countergate.policy.call.PrincipalId;
import dev.countergate.policy.call.ToolName;
import dev.countergate.policy.catalogue.Powers;
import dev.countergate.policy.catalogue.Powers.CallLimit;
import dev.countergate.policy.catalogue.Principals;
import dev.countergate.policy.catalogue.Principals.Principal;
import dev.countergate.policy.token.Digest;
import dev.countergate.server.yaml.Block;
import dev.countergate.server.yaml.Report;
import dev.countergate.server.yaml.Text;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code principals}: who stands behind a unix user or a token, and what each of them may do. */
final class PrincipalsReader {
    private static final Duration PER_MAX = Duration.ofDays(7);

    private final Set<String> tools;
    private final Report report;
    private final Map<PrincipalId, Principal> found = new LinkedHashMap<>();
    private final Map<String, String> namesByDigest = new LinkedHashMap<>();

    /**
     * A reader, for one catalogue.
     *
     * @param tools the names of its tools
     */
    PrincipalsReader(Set<String> tools, Report report) {
        this.tools = tools;
        this.report = report;
    }

    Principals read(List<Block> blocks) {
        blocks.forEach(this::read);
        return new Principals(found.values());
    }

    private void read(Block block) {
        String person = block.has("person") ? block.string("person", "") : null;
        Powers powers = new Powers(tools(block), limits(block));
        for (Text user : block.texts("unix")) {
            add(new Principal(PrincipalId.unix(user.value()), person, null, powers), user);
        }
        for (Block token : block.blocks("tokens", CatalogueKeys.TOKEN)) {
            readToken(token, person, powers);
        }
        if (!block.has("unix") && !block.has("tokens")) {
            report.fault(block.at(), block.path(), "names no principal", "give `unix` or `tokens`");
        } else if (person == null && !block.has("tokens") && !powers.isRestricted()) {
            report.fault(
                    block.at(),
                    block.path(),
                    "says nothing of them",
                    "give `person`, `tools` or `limits`");
        }
    }

    private void readToken(Block block, @Nullable String person, Powers powers) {
        Text name = block.text("name");
        Text hash = block.text("sha256");
        if (name == null || hash == null) {
            return;
        }
        String earlier = namesByDigest.putIfAbsent(hash.value(), name.value());
        if (earlier != null) {
            report.fault(
                    hash.at(),
                    hash.path(),
                    "is the hash of the token `" + earlier + "` already",
                    "one token has one name: make another with `countergate token add`");
        }
        Principals.Token token =
                new Principals.Token(new Digest(hash.value()), expires(block.text("expires")));
        add(new Principal(PrincipalId.token(name.value()), person, token, powers), name);
    }

    private void add(Principal principal, Text at) {
        Principal earlier = found.putIfAbsent(principal.id(), principal);
        if (earlier != null) {
            String person = earlier.person();
            report.fault(
                    at.at(),
                    at.path(),
                    person == null
                            ? "`" + at.value() + "` is named already"
                            : "`" + at.value() + "` stands for `" + person + "` already",
                    "name each principal once");
        }
    }

    private @Nullable Instant expires(@Nullable Text text) {
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text.value()).toInstant();
        } catch (DateTimeException unreal) {
            report.fault(
                    text.at(), text.path(), "there is no such time as `" + text.value() + "`", "");
            return null;
        }
    }

    /** Those named; a name that stands for none is a fault, since a slip of the hand would keep a tool away unseen. */
    private @Nullable Set<ToolName> tools(Block block) {
        if (!block.has("tools")) {
            return null;
        }
        Set<ToolName> named = new LinkedHashSet<>();
        for (Text text : block.texts("tools")) {
            List<String> matching =
                    tools.stream().filter(tool -> matches(text.value(), tool)).toList();
            matching.stream().map(ToolName::new).forEach(named::add);
            if (matching.isEmpty() && !text.value().contains("*")) {
                report.fault(
                        text.at(),
                        text.path(),
                        "there is no tool `" + text.value() + "`",
                        NearestWord.remedy(text.value(), tools));
            } else if (matching.isEmpty()) {
                report.warn(
                        text.at(),
                        text.path(),
                        "`" + text.value() + "` matches no tool",
                        "mend or remove it");
            }
        }
        return named;
    }

    /** Each star takes as little as it can, and only the last one seen takes more: no pattern takes long. */
    private static boolean matches(String glob, String name) {
        int inGlob = 0;
        int inName = 0;
        int star = -1;
        int taken = 0;
        while (inName < name.length()) {
            if (inGlob < glob.length() && glob.charAt(inGlob) == '*') {
                star = inGlob++;
                taken = inName;
            } else if (inGlob < glob.length() && glob.charAt(inGlob) == name.charAt(inName)) {
                inGlob++;
                inName++;
            } else if (star >= 0) {
                inGlob = star + 1;
                inName = ++taken;
            } else {
                return false;
            }
        }
        return glob.substring(inGlob).chars().allMatch(c -> c == '*');
    }

    private List<CallLimit> limits(Block block) {
        List<CallLimit> limits = new ArrayList<>();
        for (Block limit : block.blocks("limits", CatalogueKeys.CALL_LIMIT)) {
            Duration per = Durations.of(limit.text("per"), Duration.ofHours(1));
            if (per.isZero() || per.compareTo(PER_MAX) > 0) {
                report.fault(
                        limit.keyAt("per"),
                        limit.path("per"),
                        "must be longer than zero and at most a week",
                        "");
            } else {
                limits.add(new CallLimit(limit.whole("calls").orElse(1), per));
            }
        }
        return limits;
    }
}
