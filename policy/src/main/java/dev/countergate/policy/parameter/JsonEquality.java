package dev.countergate.policy.parameter;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Equality of JSON values as JSON has it: {@code 5} is {@code 5.0}, and the order of members does not count. */
final class JsonEquality {
    private JsonEquality() {}

    static boolean equal(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        if (one.size() != other.size() || one.getNodeType() != other.getNodeType()) {
            return false;
        }
        if (one.isArray()) {
            for (int i = 0; i < one.size(); i++) {
                if (!equal(one.get(i), other.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (one.isObject()) {
            for (Map.Entry<String, JsonNode> member : one.properties()) {
                JsonNode match = other.get(member.getKey());
                if (match == null || !equal(member.getValue(), match)) {
                    return false;
                }
            }
            return true;
        }
        return one.equals(other);
    }

    /** Whether a finite number has no fraction. */
    static boolean isWhole(JsonNode number) {
        return number.isIntegralNumber() || number.decimalValue().stripTrailingZeros().scale() <= 0;
    }
}
