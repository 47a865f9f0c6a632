package dev.countergate.server.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line becomes one message, which says what another reader of JSON finds in it; what that one refuses is none. */
public final class MessageReaderFuzz {
    private static final int BATCH_MAX = 4;
    private static final MessageReader READER = new MessageReader(BATCH_MAX);
    private static final JsonMapper OTHER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private MessageReaderFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Message message = READER.read(input, 0, input.length);
        byte[] within = new byte[input.length + 4];
        Arrays.fill(within, (byte) '7');
        System.arraycopy(input, 0, within, 2, input.length);
        assertThat(READER.read(within, 2, input.length)).isEqualTo(message);
        if (message instanceof Message.Invalid(String id, ProtocolError error, String problem)) {
            assertThat(error).isNotNull();
            assertThat(problem).isNotBlank();
            assertIsId(id, true);
            return;
        }
        JsonNode tree;
        try {
            tree = OTHER.readTree(input);
        } catch (JacksonException refused) {
            throw new AssertionError("not JSON, but " + message, refused);
        }
        check(message, tree);
    }

    private static void check(Message message, JsonNode tree) {
        switch (message) {
            case Message.Request(String id, String method, var params, int _) -> {
                assertIsId(id, false);
                assertThat(OTHER.readTree(id)).isEqualTo(tree.get("id"));
                assertThat(method).isEqualTo(tree.get("method").stringValue());
                if (params != null) {
                    assertThat(params.size()).isEqualTo(tree.get("params").size());
                }
            }
            case Message.Notification(String method, var params) -> {
                assertThat(tree.has("id")).isFalse();
                assertThat(method).isEqualTo(tree.get("method").stringValue());
                if (params != null) {
                    assertThat(params.size()).isEqualTo(tree.get("params").size());
                }
            }
            case Message.Response() -> assertThat(tree.has("result") || tree.has("error")).isTrue();
            case Message.Batch(List<Message> messages) -> {
                assertThat(messages).hasSize(tree.size()).hasSizeBetween(1, BATCH_MAX);
                for (int i = 0; i < messages.size(); i++) {
                    check(messages.get(i), tree.get(i));
                }
            }
            case Message.Invalid(String id, var error, String problem) -> {
                assertThat(error).isNotNull();
                assertThat(problem).isNotBlank();
                assertIsId(id, true);
            }
        }
    }

    private static void assertIsId(String id, boolean mayBeNull) {
        JsonNode read = OTHER.readTree(id);
        assertThat(read.isString() || read.isNumber() || (mayBeNull && read.isNull())).isTrue();
        assertThat(id.length()).isLessThanOrEqualTo(6 * MessageReader.ID_LENGTH_MAX + 2);
    }
}
