package dev.countergate.server.mcp;

/** Where the answer to a request goes, and what is said of it before. Thread safe. */
public interface Replies {
    /** Sends the answer, a whole message; waits for as long as the client does not take it. */
    void send(JsonLine answer);

    /** There will be no answer. */
    void none();

    /** Says something before the answer, in place of what was said under this {@code key} and is still kept. Never waits. */
    void notice(Object key, JsonLine message);
}
