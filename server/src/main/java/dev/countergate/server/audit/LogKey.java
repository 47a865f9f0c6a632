package dev.countergate.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.countergate.policy.log.Checkpoint;
import dev.countergate.policy.log.NoteKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** The key that signs the log's checkpoints, and no approval: {@code log.key} (0600) and {@code log.pub} (0644). */
final class LogKey {
    static final String ORIGIN = "countergate";

    private static final Set<PosixFilePermission> PUBLIC =
            PosixFilePermissions.fromString("rw-r--r--");

    private final PrivateKey secret;
    private final NoteKey known;

    private LogKey(PrivateKey secret, NoteKey known) {
        this.secret = secret;
        this.known = known;
    }

    /** The key in {@code directory}, made when there is none and {@code fresh}: a log that exists keeps its key. */
    static LogKey in(Path directory, boolean fresh) throws StoreException {
        Path kept = directory.resolve("log.key");
        try {
            if (!Files.exists(kept)) {
                if (!fresh) {
                    throw new StoreException(
                            "`" + kept + "` is missing, though the log has leaves: restore it");
                }
                make(directory, kept);
            }
            List<String> lines = Files.readAllLines(kept, UTF_8);
            if (lines.size() != 2) {
                throw new StoreException("`" + kept + "` is not a log key: restore it");
            }
            byte[] encoded = Base64.getDecoder().decode(lines.getFirst());
            PrivateKey secret =
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(new PKCS8EncodedKeySpec(encoded));
            byte[] point = Base64.getDecoder().decode(lines.getLast());
            NoteKey known = new NoteKey(ORIGIN, point);
            keep(directory.resolve("log.pub"), known.encoded() + "\n");
            LogKey key = new LogKey(secret, known);
            // A key whose halves do not belong together would sign what nobody can verify.
            if (known.open(key.sign("countergate\n")).isEmpty()) {
                throw new StoreException("`" + kept + "` is not a log key: restore it");
            }
            return key;
        } catch (IOException | GeneralSecurityException | IllegalArgumentException failed) {
            throw new StoreException("cannot use `" + kept + "`", failed);
        }
    }

    /** For everybody to read: whoever is given an export checks it by this. */
    private static void keep(Path place, String text) throws IOException {
        if (!Files.exists(place) || !Files.readString(place).equals(text)) {
            Files.writeString(place, text);
        }
        if (!Files.getPosixFilePermissions(place).equals(PUBLIC)) {
            Files.setPosixFilePermissions(place, PUBLIC);
        }
    }

    private static void make(Path directory, Path kept)
            throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] subject = pair.getPublic().getEncoded();
        Base64.Encoder base64 = Base64.getEncoder();
        // The last 32 bytes of the subject public key info are the point (RFC 8410).
        byte[] point = Arrays.copyOfRange(subject, subject.length - 32, subject.length);
        String lines =
                base64.encodeToString(pair.getPrivate().getEncoded())
                        + "\n"
                        + base64.encodeToString(point)
                        + "\n";
        Path partly = directory.resolve("log.key.new");
        Files.deleteIfExists(partly);
        try (FileChannel file =
                FileChannel.open(
                        partly,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = UTF_8.encode(lines);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(partly, kept, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The signed note of a checkpoint. */
    String note(Checkpoint checkpoint) throws StoreException {
        try {
            return sign(checkpoint.text());
        } catch (GeneralSecurityException failed) {
            throw new StoreException("cannot sign a checkpoint", failed);
        }
    }

    NoteKey known() {
        return known;
    }

    private String sign(String text) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(secret);
        signature.update(text.getBytes(UTF_8));
        return known.note(text, signature.sign());
    }
}
