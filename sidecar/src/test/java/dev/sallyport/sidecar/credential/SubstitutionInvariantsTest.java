package dev.sallyport.sidecar.credential;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader of the request sees: the secret where the token was, and all else as it was. */
class SubstitutionInvariantsTest {

    private static final String T = Scene.TOKEN;
    private static final String SECRET = "a\"b\\c/&=+%é€😀 z";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final long seed = new SecureRandom().nextLong();
    private final Random random = new Random(seed);

    @BeforeEach
    void tell() {
        System.out.println("Requests are random with seed " + seed);
    }

    @Test
    void a_json_body_has_the_secret_in_string_values_or_is_refused() throws JsonProcessingException {
        int replaced = 0;
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder();
            json(text, 0);
            JsonNode before = MAPPER.readTree(text.toString());

            Injection outcome = Scene.of(Scene.BEARER, SECRET)
                    .placeholder(Place.BODY)
                    .body("application/json", text.toString())
                    .inject();

            JsonNode expected = withSecret(before);
            if (outcome instanceof Injection.Done done) {
                replaced++;
                String after = new String(done.rewritten().body().orElseThrow(), StandardCharsets.UTF_8);
                assertThat(MAPPER.readTree(after)).as("seed %s: %s", seed, text).isEqualTo(expected);
                assertThat(expected).isNotEqualTo(before);
            } else {
                assertThat(((Injection.Refused) outcome).reason())
                        .as("seed %s: %s", seed, text)
                        .isEqualTo(hasTokenInName(before) ? Reason.PLACEHOLDER_MISUSE : Reason.PLACEHOLDER_MISSING);
                assertThat(hasTokenInName(before) || expected.equals(before)).isTrue();
            }
        }
        assertThat(replaced).isGreaterThan(300);
    }

    @Test
    void a_query_and_a_form_have_the_secret_in_values_or_are_refused() {
        int replaced = 0;
        for (int round = 0; round < 5_000; round++) {
            String form = form();
            List<Map.Entry<String, String>> expected = decoded(form).stream()
                    .map(pair -> Map.entry(pair.getKey(), pair.getValue().replace(T, SECRET)))
                    .toList();
            boolean inName =
                    decoded(form).stream().anyMatch(pair -> pair.getKey().contains(T));

            for (boolean inQuery : List.of(true, false)) {
                Scene scene = Scene.of(Scene.BEARER, SECRET);
                Injection outcome = inQuery
                        ? scene.placeholder(Place.QUERY).query("?" + form).inject()
                        : scene.placeholder(Place.BODY)
                                .body("application/x-www-form-urlencoded", form)
                                .inject();

                if (outcome instanceof Injection.Done done) {
                    replaced++;
                    String after = inQuery
                            ? done.rewritten().query().substring(1)
                            : new String(done.rewritten().body().orElseThrow(), StandardCharsets.UTF_8);
                    assertThat(decoded(after)).as("seed %s: %s", seed, form).isEqualTo(expected);
                } else {
                    assertThat(((Injection.Refused) outcome).reason())
                            .as("seed %s: %s", seed, form)
                            .isEqualTo(inName ? Reason.PLACEHOLDER_MISUSE : Reason.PLACEHOLDER_MISSING);
                    assertThat(inName || expected.equals(decoded(form))).isTrue();
                }
            }
        }
        assertThat(replaced).isGreaterThan(500);
    }

    @Test
    void no_bytes_make_it_fail_in_another_way_than_by_a_refusal() {
        String pieces = T + "\"\\u%&=[]{}:, \n";
        for (int round = 0; round < 20_000; round++) {
            byte[] octets = new byte[random.nextInt(80)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte)
                        (random.nextInt(8) == 0 ? random.nextInt() : pieces.charAt(random.nextInt(pieces.length())));
            }
            String text = new String(octets, StandardCharsets.ISO_8859_1).replace("{}", T);
            byte[] body = text.getBytes(StandardCharsets.ISO_8859_1);
            String type = random.nextBoolean() ? "application/json" : "application/x-www-form-urlencoded";

            Injection outcome = Scene.of(Scene.BEARER, SECRET)
                    .placeholder(Place.BODY, Place.QUERY)
                    .query("?" + text)
                    .body(type, body)
                    .inject();

            if (outcome instanceof Injection.Done done) {
                byte[] after = done.rewritten().body().orElseThrow();
                if (new String(after, StandardCharsets.ISO_8859_1).contains(T)) {
                    // What is no JSON may hold the token where no reader of JSON would see it.
                    assertThat(type).as("seed %s: %s", seed, text).isEqualTo("application/json");
                    assertThat(isJson(body)).as("seed %s: %s", seed, text).isFalse();
                    assertThat(after).isSameAs(body);
                }
            }
        }
    }

    private static boolean isJson(byte[] text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            while (parser.nextToken() != null) {
                parser.finishToken();
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void json(StringBuilder text, int depth) {
        space(text);
        switch (random.nextInt(depth > 4 ? 3 : 6)) {
            case 0, 1 -> string(text);
            case 2 ->
                text.append(List.of("null", "true", "-1.5e+3", "0", "\"\"").get(random.nextInt(5)));
            case 3 -> {
                text.append('[');
                for (int i = random.nextInt(4); i >= 0; i--) {
                    json(text, depth + 1);
                    text.append(i > 0 ? "," : "");
                }
                text.append(']');
            }
            default -> {
                text.append('{');
                for (int i = random.nextInt(4); i >= 0; i--) {
                    space(text);
                    text.append("\"n").append(i);
                    if (random.nextInt(40) == 0) {
                        escaped(text, T);
                    }
                    text.append('"');
                    space(text);
                    text.append(':');
                    json(text, depth + 1);
                    text.append(i > 0 ? "," : "");
                }
                text.append('}');
            }
        }
        space(text);
    }

    private void space(StringBuilder text) {
        text.append(" \n\t\r ", 0, random.nextInt(4));
    }

    private void string(StringBuilder text) {
        text.append('"');
        for (int piece = random.nextInt(4); piece > 0; piece--) {
            switch (random.nextInt(5)) {
                case 0 -> escaped(text, T);
                case 1 -> escaped(text, T.substring(random.nextInt(T.length())));
                case 2 -> text.append("\\\\\\\"\\/\\n\\ud83d\\ude00", 0, 2 * random.nextInt(5));
                case 3 -> text.append("é€😀");
                default -> text.append("\\\\u0073");
            }
        }
        text.append('"');
    }

    private void escaped(StringBuilder text, String plain) {
        plain.chars().forEach(c -> {
            if (random.nextInt(5) == 0) {
                text.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", c));
            } else {
                text.append((char) c);
            }
        });
    }

    private String form() {
        StringBuilder text = new StringBuilder();
        for (int pair = random.nextInt(4); pair >= 0; pair--) {
            text.append('n');
            if (random.nextInt(20) == 0) {
                encoded(text, T);
            }
            text.append('=');
            for (int piece = random.nextInt(4); piece > 0; piece--) {
                encoded(
                        text,
                        List.of(T, T.substring(3), "=", "é+ &", "%73", "slp").get(random.nextInt(6)));
            }
            text.append(pair > 0 ? "&" : "");
        }
        return text.toString();
    }

    private void encoded(StringBuilder text, String plain) {
        for (byte octet : plain.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = octet >= '-' && (Character.isLetterOrDigit(octet) || octet == '-' || octet == '_');
            if (isPlain && random.nextInt(5) > 0) {
                text.append((char) octet);
            } else {
                text.append(String.format(random.nextBoolean() ? "%%%02x" : "%%%02X", octet));
            }
        }
    }

    private static List<Map.Entry<String, String>> decoded(String form) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        for (String pair : form.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            pairs.add(Map.entry(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    URLDecoder.decode(parts[1], StandardCharsets.UTF_8)));
        }
        return pairs;
    }

    private static JsonNode withSecret(JsonNode node) {
        return switch (node) {
            case TextNode text -> TextNode.valueOf(text.textValue().replace(T, SECRET));
            case ArrayNode array -> {
                ArrayNode after = MAPPER.createArrayNode();
                array.forEach(element -> after.add(withSecret(element)));
                yield after;
            }
            case ObjectNode object -> {
                ObjectNode after = MAPPER.createObjectNode();
                object.properties().forEach(member -> after.set(member.getKey(), withSecret(member.getValue())));
                yield after;
            }
            default -> node;
        };
    }

    private static boolean hasTokenInName(JsonNode node) {
        return node.properties().stream()
                        .anyMatch(member -> member.getKey().contains(T) || hasTokenInName(member.getValue()))
                || (node.isArray() && node.valueStream().anyMatch(SubstitutionInvariantsTest::hasTokenInName));
    }
}
