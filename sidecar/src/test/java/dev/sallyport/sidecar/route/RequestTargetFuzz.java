package dev.sallyport.sidecar.route;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

class RequestTargetFuzz {

    @FuzzTest
    void is_read_as_it_is_spelt(byte[] bytes) {
        String target = new String(bytes, StandardCharsets.ISO_8859_1);
        switch (RequestTarget.parse(target)) {
            case RequestTarget.OriginForm path -> {
                require((path.path() + path.query()).equals(target), target);
                require(path.path().startsWith("/") && path.path().indexOf('?') < 0, target);
                require(path.afterFirstSegment().startsWith("/"), target);
            }
            case RequestTarget.AbsoluteForm uri -> {
                require(target.toLowerCase(Locale.ROOT).startsWith(uri.scheme() + "://"), target);
                require(target.endsWith(uri.path() + uri.query()), target);
                require(uri.path().isEmpty() || uri.path().startsWith("/"), target);
                String authority = target.substring(
                        uri.scheme().length() + 3,
                        target.length() - uri.path().length() - uri.query().length());
                require(Authority.parse(authority).orElseThrow().equals(uri.authority()), target);
            }
            case RequestTarget.AsteriskForm _ -> require(target.equals("*"), target);
            case RequestTarget.Malformed malformed -> require(!malformed.why().isEmpty(), target);
        }
    }

    @FuzzTest
    void an_authority_is_read_as_others_read_it(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Authority.parse(text).ifPresent(read -> {
            require(read.host().matches("[-._a-z0-9]{1,253}|\\[[0-9a-f:.]+]"), text);
            URI uri = URI.create("http://" + text + "/");
            require(text.equals(uri.getRawAuthority()), text);
            require(
                    uri.getHost() == null
                            || (uri.getRawUserInfo() == null
                                    && uri.getPort() == read.port().orElse(-1)),
                    text);
            require(
                    uri.getHost() == null
                            || text.startsWith("[")
                            || uri.getHost()
                                    .toLowerCase(Locale.ROOT)
                                    .replaceFirst("\\.$", "")
                                    .equals(read.host()),
                    text);
        });
    }

    private static void require(boolean holds, String input) {
        if (!holds) {
            throw new IllegalStateException("read otherwise: " + input);
        }
    }
}
