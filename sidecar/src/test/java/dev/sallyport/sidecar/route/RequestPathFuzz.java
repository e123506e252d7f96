package dev.sallyport.sidecar.route;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class RequestPathFuzz {

    @FuzzTest
    void nobody_walks_in_an_accepted_path(byte[] bytes) {
        String path = new String(bytes, StandardCharsets.ISO_8859_1);
        try {
            RequestPath read = RequestPath.parse(path);
            if (Readers.someoneWalks(read.original()) || Readers.someoneWalks(read.normal())) {
                throw new IllegalStateException("somebody walks: " + path);
            }
            if (!RequestPath.parse(read.normal()).normal().equals(read.normal())) {
                throw new IllegalStateException("a normal form of the normal form: " + path);
            }
        } catch (AmbiguousPathException refused) {
            if (refused.getMessage() == null) {
                throw new IllegalStateException("no reason: " + path);
            }
        }
    }
}
