package dev.countergate.policy.catalogue;

import java.util.Locale;

/** What a tool does to the world. */
public enum Effect {
    /** Looks and changes nothing; answered at once. */
    READ,
    /** Sends a message to a destination fixed in the catalogue; sent once, without approval. */
    NOTIFY,
    /** Changes something; becomes a proposal. */
    WRITE,
    /** Must not be called at all. */
    FORBIDDEN;

    /** The name in a catalogue, such as {@code read}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What {@code action} does, as far as it shows: what may change anything counts as a write. */
    public static Effect of(Action action) {
        return switch (action) {
            case HttpAction http -> http.hasSafeMethod() ? READ : WRITE;
            case CompositeAction composite ->
                    composite.parts().stream().allMatch(part -> part.action().hasSafeMethod())
                            ? READ
                            : WRITE;
            case PrometheusAction query -> READ;
            case LokiAction query -> READ;
            case AlertmanagerAction.Silence silence -> WRITE;
            case AlertmanagerAction.Expire expire -> WRITE;
            case AlertmanagerAction.Alerts alerts -> READ;
            case AlertmanagerAction.Groups groups -> READ;
            case AlertmanagerAction.Silences silences -> READ;
            case AlertmanagerAction.Status status -> READ;
            case SsmAction.Commands commands -> WRITE;
            case SsmAction.Document document -> WRITE;
            case SsmAction.Automation automation -> WRITE;
            case SsmAction.Invocation invocation -> READ;
            case SsmAction.Inventory inventory -> READ;
            case SsmAction.StoreParameter parameter -> READ;
            case SsmAction.StoreParameters parameters -> READ;
        };
    }
}
