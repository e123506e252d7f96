package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.PlaceholderConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.credential.Placeholders.Found;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholdersTest {

    private static final String T = Scene.TOKEN;
    private static final String OTHER = "slp_other_0123456789abcdefg";
    private static final String JSON = "application/json";
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private final Placeholders placeholders = placeholders(T, OTHER);

    @ParameterizedTest
    @ValueSource(strings = {"T", "Bearer T", "token T", "xTx", "T, a", "a=\"T\"", "Basic T", "%T"})
    void found_in_any_fields_value(String value) {
        assertThat(carried("X-Any", value.replace("T", T))).containsExactly(new Found(T, Place.HEADER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%73lp_0123456789abcdefghij-KLM",
                "slp_0123456789abcdefghij-KL",
                "SLP_0123456789ABCDEFGHIJ-KLM",
                ""
            })
    void not_found_in_a_field_in_another_spelling(String value) {
        assertThat(carried("X-Any", value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Basic, u:T",
        "authorization, basic, T:p",
        "AUTHORIZATION, BASIC, T",
        "Proxy-Authorization, Basic, xTx:",
        "Authorization, 'Basic  ', u:xTx",
        "Authorization, Basic, a:b:T",
    })
    void found_inside_basic(String name, String scheme, String pair) {
        String encoded = Base64.getEncoder().encodeToString(pair.replace("T", T).getBytes(StandardCharsets.UTF_8));

        assertThat(carried(name, scheme + " " + encoded)).containsExactly(new Found(T, Place.BASIC));
        assertThat(carried(name, scheme + " " + encoded.replace("=", ""))).containsExactly(new Found(T, Place.BASIC));
        assertThat(carried(name, scheme + " " + encoded.substring(0, 5) + "\t!" + encoded.substring(5)))
                .containsExactly(new Found(T, Place.BASIC));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic a",
                "Basic =",
                "Basic ====",
                "Basic \u00e9\u00ff",
                "Basicc YQ=="
            })
    void what_is_no_basic_holds_nothing(String value) {
        assertThat(carried("Authorization", value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?a=T",
                "?T",
                "?a=xTx&b",
                "a=T",
                "?T=1",
                "?a=b&c=%73%6Cp_0123456789abcdefghij-KLM",
                "?%73%6c%70%5f%30%31%32%33%34%35%36%37%38%39%61%62%63%64%65%66%67%68%69%6a%2d%4b%4c%4d",
                "?a=%73lp_0123456789abcdefghij%2DKL%4D&x"
            })
    void found_in_the_query(String query) {
        assertThat(placeholders.carried(EmptyHttpHeaders.INSTANCE, "/", query.replace("T", T)))
                .containsExactly(new Found(T, Place.QUERY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/T", "/botT/getMe", "/a/T", "/a/xTx;p=1", "/%73lp_0123456789abcdefghij-KLM/", "/%53/T", "/a%2FT"
            })
    void found_in_the_path(String path) {
        assertThat(placeholders.carried(EmptyHttpHeaders.INSTANCE, path.replace("T", T), ""))
                .containsExactly(new Found(T, Place.PATH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/slp_0123456789/abcdefghij-KLM",
                "/%2573lp_0123456789abcdefghij-KLM",
                "/%7",
                "/%",
                "/%zzslp_0123456789abcdefghij-KL",
                "/%73%6",
                "/slp_0123456789abcdefghij-KL%4",
            })
    void not_found_where_the_decoded_path_has_none(String path) {
        assertThat(placeholders.carried(EmptyHttpHeaders.INSTANCE, path, "")).isEmpty();
    }

    @Test
    void an_escape_is_never_read_from_its_middle() {
        // Decoded it is "Alp_...": the "1" of %41 doesn't begin the token.
        Placeholders digits = placeholders("41lp_0123456789abcdefghij");

        assertThat(digits.carried(EmptyHttpHeaders.INSTANCE, "/%41lp_0123456789abcdefghij", ""))
                .isEmpty();
        assertThat(digits.carriedInBody(
                        octets("[\"\\u0041lp_0123456789abcdefghij\", \"\\\\41lp_0123456789abcdefghi\"]"), JSON))
                .isEmpty();
        assertThat(digits.carriedInBody(octets("[\"\\\\41lp_0123456789abcdefghij\"]"), JSON))
                .hasSize(1);
        assertThat(placeholders("u0041lp_0123456789abcdefg")
                        .carriedInBody(octets("[\"\\u0041lp_0123456789abcdefg\"]"), JSON))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | {\"a\":\"T\"}",
                "application/json; charset=UTF-8 | [[\"xTx\"]]",
                "application/vnd.api+json | \"\\u0073\\u006Cp_0123456789abcdefghij\\u002dKLM\"",
                "application/x-ndjson | {} {\"T\":1}",
                "application/json | broken T",
                "application/x-www-form-urlencoded | a=T&b=c",
                "application/x-www-form-urlencoded;charset=ISO-8859-1 | a=%73lp_0123456789abcdefghij-KLM",
                "text/plain | xTx",
                "multipart/form-data; boundary=x | xTx",
                "'' | xTx",
                "application/json; charset=utf-16 | T",
            })
    void found_in_a_body(String type, String body) {
        assertThat(placeholders.carriedInBody(octets(body.replace("T", T)), type))
                .containsExactly(new Found(T, Place.BODY));
    }

    @Test
    void each_place_is_told_once_and_in_its_order() {
        HttpHeaders fields = new DefaultHttpHeaders()
                .add("Authorization", "Basic " + Base64.getEncoder().encodeToString(octets(T + ":" + OTHER)))
                .add("X-One", T + T)
                .add("X-Two", T);

        assertThat(placeholders.carried(fields, "/" + T + "/" + T, "?a=" + OTHER))
                .containsExactly(
                        new Found(T, Place.BASIC),
                        new Found(OTHER, Place.BASIC),
                        new Found(T, Place.HEADER),
                        new Found(OTHER, Place.QUERY),
                        new Found(T, Place.PATH));
    }

    @Test
    void of_tokens_that_overlap_it_is_the_first_and_the_longest() {
        Placeholders nested = placeholders(T, T + "_and_more", "xx" + T);

        assertThat(nested.carried(new DefaultHttpHeaders().add("a", T + "_and_more"), "/", ""))
                .containsExactly(new Found(T + "_and_more", Place.HEADER));
        assertThat(nested.carried(new DefaultHttpHeaders().add("a", "xx" + T + "_and_more"), "/", ""))
                .containsExactly(new Found("xx" + T, Place.HEADER));
        assertThat(nested.carried(new DefaultHttpHeaders().add("a", T + "_and_less"), "/", ""))
                .containsExactly(new Found(T, Place.HEADER));
    }

    @Test
    void without_placeholders_nothing_is_found() {
        Placeholders none =
                Placeholders.of(List.of(Scene.of(Scene.BEARER, "secret").route()));

        assertThat(none.carried(new DefaultHttpHeaders().add("a", T), "/" + T, "?" + T))
                .isEmpty();
        assertThat(none.carriedInBody(octets(T), JSON)).isEmpty();
    }

    @Test
    void what_is_found_is_what_decoding_shows() {
        long seed = new SecureRandom().nextLong();
        System.out.println("Texts are random with seed " + seed);
        Random random = new Random(seed);
        int found = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder spelled = new StringBuilder();
            StringBuilder decoded = new StringBuilder();
            for (int piece = random.nextInt(6); piece >= 0; piece--) {
                String text =
                        switch (random.nextInt(5)) {
                            case 0 -> T;
                            case 1 -> T.substring(random.nextInt(T.length()));
                            case 2 -> T.substring(0, random.nextInt(T.length()));
                            case 3 -> "%" + T.charAt(random.nextInt(T.length()));
                            default -> "/a=%&\\".substring(random.nextInt(6));
                        };
                text.chars().forEach(c -> {
                    boolean escaped = c == '%' || random.nextInt(4) == 0;
                    spelled.append(
                            escaped
                                    ? String.format(random.nextBoolean() ? "%%%02x" : "%%%02X", c)
                                    : Character.toString(c));
                    decoded.append((char) c);
                });
            }
            boolean expected = decoded.indexOf(T) >= 0;
            found += expected ? 1 : 0;

            assertThat(!placeholders
                            .carried(EmptyHttpHeaders.INSTANCE, "/", "?" + spelled)
                            .isEmpty())
                    .as("seed %s: %s", seed, spelled)
                    .isEqualTo(expected);
        }
        assertThat(found).isGreaterThan(1_000);
    }

    private List<Found> carried(String name, String value) {
        return placeholders.carried(UNCHECKED.newHeaders().add(name, value), "/", "");
    }

    private static Placeholders placeholders(String... tokens) {
        List<RouteConfig> routes = new ArrayList<>();
        for (String token : tokens) {
            routes.add(Scene.of(Scene.BEARER, "secret")
                    .placeholder(new PlaceholderConfig(token, List.of(Place.HEADER)))
                    .route());
        }
        return Placeholders.of(routes);
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
