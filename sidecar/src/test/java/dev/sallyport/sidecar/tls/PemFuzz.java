package dev.sallyport.sidecar.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** What is accepted as the CA's file has these blocks, as another make of reader finds them too. */
class PemFuzz {

    private static final String[] LABELS = {"PRIVATE KEY", "CERTIFICATE"};

    @FuzzTest
    void blocks_are_read_as_others_read_them(byte[] bytes) throws IOException {
        List<Pem.Block> blocks;
        try {
            blocks = Pem.decode(bytes, LABELS);
        } catch (IllegalArgumentException refused) {
            require(refused.getCause() == null, "what it was caused by may quote a key");
            return;
        }
        require(blocks.size() == LABELS.length, "more or fewer blocks");
        try (PemReader others = new PemReader(new StringReader(new String(bytes, StandardCharsets.ISO_8859_1)))) {
            for (Pem.Block block : blocks) {
                PemObject other = others.readPemObject();
                require(
                        other != null
                                && other.getType().equals(block.label())
                                && Arrays.equals(other.getContent(), block.content()),
                        "others read another block");
            }
            require(others.readPemObject() == null, "others read one more block");
        }
        List<Pem.Block> again = Pem.decode(Pem.encode(blocks.toArray(Pem.Block[]::new)), LABELS);
        for (int i = 0; i < LABELS.length; i++) {
            require(Arrays.equals(again.get(i).content(), blocks.get(i).content()), "written otherwise than read");
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
