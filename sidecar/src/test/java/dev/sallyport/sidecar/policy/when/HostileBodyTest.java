package dev.sallyport.sidecar.policy.when;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.sidecar.policy.when.Verdict.Cause;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent can do with a body: nothing that lets it pass, takes long, or takes much memory. */
class HostileBodyTest {

    private static final int MIB = 1024 * 1024;

    /** Of the CPU, cold. What is bounded takes at most a fifth of it, what isn't takes minutes. */
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(
            strings = {
                // What two readers read in two ways.
                "{\"model\":\"claude\",\"model\":\"gpt\"}",
                "{\"model\":\"gpt\",\"mod\\u0065l\":\"claude\"}",
                "{\"model\":\"claude\",\"Model\":\"gpt\"}",
                "{\"model\":\"claude\",\"MODEL\":\"gpt\"}",
                "{\"other\":1,\"other\":2,\"model\":\"claude\"}",
                "{\"model\":\"claude\",\"\\ud800\":1}",
                "{\"model\":\"claude\\udc00\"}",
                "{\"model\":\"claude\"}{\"model\":\"gpt\"}",
                "{\"model\":\"claude\"} x",
                "\ufeff{\"model\":\"claude\"}",
                // What is no JSON.
                "{\"model\":\"claude\",}",
                "{\"model\":\"claude\"",
                "{'model':'claude'}",
                "{model:\"claude\"}",
                "{\"model\":\"claude\" /* */}",
                "// x\n{\"model\":\"claude\"}",
                "{\"model\":\"claude\",\"n\":01}",
                "{\"model\":\"claude\",\"n\":NaN}",
                "{\"model\":\"claude\",\"n\":+1}",
                "{\"model\":\"claude\",\"n\":.5}",
                "{\"model\":\"claude\",\"s\":\"a\nb\"}",
                "{\"model\":\"claude\",\"s\":\"\\x\"}",
                "{\"model\":\"claude\",\"a\":[1,]}",
                "{\"model\":\"claude\",\"a\":{]}",
                "{\"model\":\"claude\",\"a\":tru}",
                "",
                " ",
                "\u0000{\"model\":\"claude\"}",
            })
    void refusesWhatIsNotJsonThatReadsInOneWay(String body) throws InvalidConditionException {
        assertUnusable("request.json.model == 'claude'", body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"x\":{\"a\":1,\"a\":2}}",
                "{\"x\":[{\"name\":\"a\",\"Name\":\"b\"}]}",
                "{\"x\":18446744073709551616}",
                "{\"x\":9223372036854775808}",
                "{\"x\":-9223372036854775809}",
                "{\"x\":1e309}",
                "{\"x\":\"\\ud800\"}",
            })
    void refusesTheSameInsideOfWhatIsRead(String body) throws InvalidConditionException {
        assertUnusable("request.json.x != 0 || request.json.x.name == 'a'", body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void refusesOtherEncodings() throws InvalidConditionException {
        String body = "{\"model\":\"claude\"}";

        assertUnusable("request.json.model == 'claude'", body.getBytes(StandardCharsets.UTF_16LE));
        assertUnusable("request.json.model == 'claude'", body.getBytes(StandardCharsets.UTF_16));
        assertUnusable("request.json.model == 'claude'", body.getBytes(StandardCharsets.UTF_32));
        // "model" once more, with an overlong e.
        ByteArrayOutputStream overlong = new ByteArrayOutputStream();
        overlong.writeBytes("{\"model\":\"claude\",\"mod".getBytes(StandardCharsets.UTF_8));
        overlong.writeBytes(new byte[] {(byte) 0xC1, (byte) 0xA5});
        overlong.writeBytes("l\":\"gpt\"}".getBytes(StandardCharsets.UTF_8));
        assertUnusable("request.json.model == 'claude'", overlong.toByteArray());
        assertUnusable(
                "request.json.model == 'claude'",
                "{\"model\":\"claude\",\"s\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void passesOverWhatIsNotRead() throws InvalidConditionException {
        String image = "A".repeat(8 * MIB);
        String body = "{\"messages\":[{\"image\":\"" + image + "\"},{\"a\":1,\"A\":2,\"a\":3}],\"model\":\"claude\"}";
        RequestFacts request = Requests.json(body);
        Condition condition = Condition.compile("request.json.model == 'claude'");
        condition.evaluate(request);

        long before = allocated();
        Verdict verdict = condition.evaluate(request);

        assertThat(verdict).isEqualTo(new Verdict.Allowed());
        assertThat(allocated() - before).isLessThan(MIB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "{\"x\":", "[{\"x\":["})
    void refusesDepth(String opening) throws InvalidConditionException {
        byte[] body = ("{\"x\":" + opening.repeat(MIB)).getBytes(StandardCharsets.UTF_8);

        assertUnusable("request.json.x == 1", body);
        assertUnusable("request.json.y == 1", body);
        assertUnusable("request.json == 1", body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,", "[],", "{},", "\"\",", "[[]],", "{\"a\":0},", "null,"})
    void refusesMoreValuesThanItKeeps(String element) throws InvalidConditionException {
        byte[] body =
                ("{\"x\":[" + element.repeat(8 * MIB / element.length()) + "1]}").getBytes(StandardCharsets.UTF_8);

        assertUnusable("request.json.x == 1", body);
    }

    @Test
    void refusesMoreNamesThanItKeeps() throws InvalidConditionException {
        StringBuilder body = new StringBuilder("{");
        for (int i = 0; i < 300_000; i++) {
            body.append("\"n").append(i).append("\":0,");
        }
        body.append("\"model\":\"claude\"}");

        assertUnusable("request.json.model == 'claude'", body.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void isNotSlowedDownByNamesOfOneHash() throws InvalidConditionException {
        StringBuilder body = new StringBuilder("{\"x\":{");
        for (int i = 0; i < 1 << 16; i++) {
            body.append('"');
            for (int bit = 0; bit < 16; bit++) {
                body.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            body.append("\":0,");
        }
        body.append("\"z\":0}}");

        assertThat(evaluate("request.json.x.z == 0", body.toString().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new Verdict.Allowed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-1", "0.1", "1e", "1.0e-"})
    void refusesNumbersOfManyDigits(String start) throws InvalidConditionException {
        assertUnusable(
                "request.json.x > 0", ("{\"x\":" + start + "1".repeat(4 * MIB) + "}").getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request.json.x.all(a, request.json.x.exists(b, a == b))",
                "request.json.x.all(a, request.json.x.all(b, request.json.x.all(c, a != 7 || b != 7 || c != 7)))",
                "request.json.x.exists(a, request.json.x.exists(b, a.absent == b.absent))",
                "request.json.x.map(a, request.json.x.map(b, request.json.x)).size() == 3",
                "request.json.x.filter(a, a in request.json.x).size() == 3",
                "request.json.x.all(a, request.json.x == request.json.x)",
            })
    void boundsLoopsWithinLoops(String expression) throws InvalidConditionException {
        byte[] body = ("{\"x\":[" + "1,".repeat(90_000) + "1]}").getBytes(StandardCharsets.UTF_8);
        byte[] smaller = ("{\"x\":[" + "1,".repeat(3_000) + "1]}").getBytes(StandardCharsets.UTF_8);

        assertThat(refused(evaluate(expression, body)).cause()).isIn(Cause.TOO_COSTLY, Cause.NOT_EVALUABLE);
        assertThat(refused(evaluate(expression, smaller)).cause()).isIn(Cause.TOO_COSTLY, Cause.NOT_EVALUABLE);
    }

    @Test
    void boundsComparisonsOfLargeValues() throws InvalidConditionException {
        String tree = "{\"a\":[" + "[1,2,3,4,5,6,7,8],".repeat(4_000) + "0]}";
        byte[] body = ("{\"x\":" + tree + ",\"y\":" + tree + ",\"l\":[" + "0,".repeat(5_000) + "0]}")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(evaluate("request.json.x == request.json.y", body)).isEqualTo(new Verdict.Allowed());
        assertThat(refused(evaluate("request.json.l.all(i, request.json.x == request.json.y)", body))
                        .cause())
                .isEqualTo(Cause.TOO_COSTLY);
    }

    @Test
    void boundsSearchesOfTextByText() throws InvalidConditionException {
        byte[] body = ("{\"text\":\"" + "a".repeat(4 * MIB) + "\",\"part\":\"" + "a".repeat(2 * MIB) + "b\"}")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(refused(evaluate("request.json.text.contains(request.json.part)", body))
                        .cause())
                .isEqualTo(Cause.TOO_COSTLY);
        assertThat(refused(evaluate("request.json.text.contains('secret plan')", body))
                        .cause())
                .isEqualTo(Cause.NOT_MET);
    }

    @Test
    void boundsRegularExpressions() throws InvalidConditionException {
        byte[] large = ("{\"text\":\"" + "a".repeat(4 * MIB) + "\"}").getBytes(StandardCharsets.UTF_8);
        byte[] small = ("{\"text\":\"" + "a".repeat(5_000) + "\"}").getBytes(StandardCharsets.UTF_8);

        assertThat(refused(evaluate("request.json.text.matches('(a?){50}a{50}b$')", large))
                        .cause())
                .isEqualTo(Cause.TOO_COSTLY);
        assertThat(refused(evaluate("request.json.text.matches('(a*)*b$')", small))
                        .cause())
                .isEqualTo(Cause.NOT_MET);
    }

    @Test
    void boundsWhatAnExpressionMakesGrow() throws InvalidConditionException {
        byte[] body = "{\"x\":[\"0123456789abcdef\"]}".getBytes(StandardCharsets.UTF_8);

        assertThat(refused(evaluate("request.json.x" + ".map(s, s + s)".repeat(24) + " == []", body))
                        .cause())
                .isEqualTo(Cause.TOO_COSTLY);
        assertThat(refused(evaluate("[request.json.x]" + ".map(l, l + l)".repeat(24) + " == []", body))
                        .cause())
                .isEqualTo(Cause.TOO_COSTLY);
    }

    @Test
    void neverThrowsOrAllowsWhateverTheBytes() throws InvalidConditionException {
        long seed = new SecureRandom().nextLong();
        System.out.println("Bodies are random with seed " + seed);
        Random random = new Random(seed);
        byte[] valid = "{\"model\":\"claude\",\"n\":[1,2.5,null,{\"a\":\"\\u00e4\"}],\"s\":\"x\"}"
                .getBytes(StandardCharsets.UTF_8);
        Condition never = Condition.compile("request.json.model == 'gpt' || request.json.n[3].a == 'b'");
        Condition whole = Condition.compile("request.json == {'absent': 1}");
        for (int i = 0; i < 20_000; i++) {
            byte[] body = valid.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            RequestFacts request = Requests.post(Requests.JSON, body);

            assertThat(never.evaluate(request)).isInstanceOf(Verdict.Refused.class);
            assertThat(whole.evaluate(request)).isInstanceOf(Verdict.Refused.class);
        }
    }

    private static void assertUnusable(String expression, byte[] body) throws InvalidConditionException {
        assertThat(refused(evaluate(expression, body)).cause()).isEqualTo(Cause.BODY_UNUSABLE);
    }

    private static Verdict.Refused refused(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Refused.class);
        return (Verdict.Refused) verdict;
    }

    private static Verdict evaluate(String expression, byte[] body) throws InvalidConditionException {
        Condition condition = Condition.compile(expression);
        RequestFacts request = Requests.post(Requests.JSON, body);
        long allocatedBefore = allocated();
        long start = cpu();

        Verdict verdict = condition.evaluate(request);

        Duration taken = Duration.ofNanos(cpu() - start);
        long memory = allocated() - allocatedBefore;
        assertThat(taken).as(expression).isLessThan(AT_MOST);
        assertThat(memory).as(expression).isLessThan(160L * MIB + 6L * body.length);
        return verdict;
    }

    private static long allocated() {
        return threads().getCurrentThreadAllocatedBytes();
    }

    private static long cpu() {
        return threads().getCurrentThreadCpuTime();
    }

    private static com.sun.management.ThreadMXBean threads() {
        return (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    }
}
