package dev.countergate.server.call;

import dev.countergate.policy.call.Caller;
import java.util.List;
import java.util.Optional;

/** What a protocol needs of resources: whether and which there are, and their texts. Thread safe. */
public interface ResourceService {
    /** None at all. */
    ResourceService NONE =
            new ResourceService() {
                @Override
                public boolean isOffered() {
                    return false;
                }

                @Override
                public List<Resource> list() {
                    return List.of();
                }

                @Override
                public Optional<String> read(Caller caller, String uri) {
                    return Optional.empty();
                }
            };

    /** Whether there are any to be had. */
    boolean isOffered();

    /** All there are. */
    List<Resource> list();

    /**
     * The text of a resource, for {@code caller}.
     *
     * @return empty when there is none of this URI
     */
    Optional<String> read(Caller caller, String uri);

    /**
     * A text that may be read.
     *
     * @param uri what it is read by
     * @param name fit to be shown, as is its title
     * @param bytes how long it is
     */
    record Resource(String uri, String name, String title, String mimeType, long bytes) {}
}
