package dev.countergate.server.daemon;

import java.util.Optional;

/** Finds an account by its name. */
@FunctionalInterface
public interface AccountLookup {
    /** The account called {@code name}; empty when there is none, or nobody can tell. */
    Optional<Account> find(String name) throws InterruptedException;
}
