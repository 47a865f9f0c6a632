package dev.countergate.policy.log;

import dev.countergate.policy.token.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * A Merkle tree that only grows (RFC 6962 section 2.1), kept as the roots of its complete subtrees: adding a leaf and
 * giving the root cost a number of hashes in the order of the logarithm of its size. Not thread safe.
 */
public final class MerkleTree {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    /** Roots of complete subtrees, the largest first; their sizes are the binary digits of {@link #size}. */
    private final List<Digest> subtrees;

    private long size;

    /** A tree without leaves. */
    public MerkleTree() {
        this(0, List.of());
    }

    /**
     * A tree as {@link #size()} and {@link #subtrees()} once gave it.
     *
     * @throws IllegalArgumentException when there is not one subtree for each binary digit 1 of the size
     */
    public MerkleTree(long size, List<Digest> subtrees) {
        if (size < 0 || Long.bitCount(size) != subtrees.size()) {
            throw new IllegalArgumentException(
                    subtrees.size() + " subtrees cannot make a tree of " + size);
        }
        this.size = size;
        this.subtrees = new ArrayList<>(subtrees);
    }

    /** The hash of a leaf: SHA-256 over a zero byte and the leaf's bytes. */
    public static Digest leafHash(byte[] leaf) {
        return Digest.of(LEAF, leaf);
    }

    /** Adds a leaf. */
    public void add(byte[] leaf) {
        addHash(leafHash(leaf));
    }

    /** Adds a leaf by its {@linkplain #leafHash hash}. */
    public void addHash(Digest leafHash) {
        Digest hash = leafHash;
        for (long complete = size; (complete & 1) == 1; complete >>= 1) {
            hash = node(subtrees.removeLast(), hash);
        }
        subtrees.add(hash);
        size++;
    }

    /** How many leaves it has. */
    public long size() {
        return size;
    }

    /** The roots of its complete subtrees, the largest first. */
    public List<Digest> subtrees() {
        return List.copyOf(subtrees);
    }

    /** The root over all leaves; of no leaves, the hash of nothing. */
    public Digest root() {
        if (subtrees.isEmpty()) {
            return Digest.of();
        }
        Digest root = subtrees.getLast();
        for (int i = subtrees.size() - 2; i >= 0; i--) {
            root = node(subtrees.get(i), root);
        }
        return root;
    }

    private static Digest node(Digest left, Digest right) {
        return Digest.of(NODE, left.bytes(), right.bytes());
    }
}
