package dev.sallyport.sidecar.policy.when;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sallyport.sidecar.policy.when.Verdict.Cause;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request.json.model.startsWith('claude-')",
                "request.json['model'] in ['claude-1', 'claude-2']",
                "request.json.max_tokens <= 1000 && request.json.temperature < 1",
                "request.json.max_tokens == 1000.0 && request.json.temperature == 0.5",
                "request.json.messages.all(m, m.role in ['user', 'assistant'])",
                "request.json.messages.exists(m, m.content.contains('hello'))",
                "size(request.json.messages) == 2 && request.json.messages[1].role == 'assistant'",
                "!has(request.json.tools) && has(request.json.model)",
                "!('tools' in request.json)",
                "request.json.nothing == null",
                "request.json.stream",
                "request.json.model.matches('^claude-[0-9]+$')",
                "request.json.big == 9223372036854775807",
                "request.json.messages.map(m, m.role) == ['user', 'assistant']",
                "request.json.messages.filter(m, m.role == 'user').size() == 1",
                "request.json.model == 'gpt' || request.method == 'POST'",
                "request.json.absent == 'x' || request.host == 'api.example.com'",
                "request.path == '/v1/messages' && request.contentType == 'application/json'",
                "request.json.unicode == 'grüße 🦊'",
            })
    void allowsWhatMeetsIt(String expression) throws InvalidConditionException {
        RequestFacts request = Requests.json("""
                {"model": "claude-1", "max_tokens": 1000, "temperature": 0.5, "stream": true, "nothing": null,
                 "messages": [{"role": "user", "content": "say hello"}, {"role": "assistant", "content": ""}],
                 "big": 9223372036854775807, "unicode": "gr\\u00fc\u00dfe \\ud83e\\udd8a"}
                """);

        assertThat(Condition.compile(expression).evaluate(request)).isEqualTo(new Verdict.Allowed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            request.json.model == 'gpt-4'               | NOT_MET
            request.json.absent == 'x'                  | NOT_EVALUABLE
            request.json.model.absent == 'x'            | NOT_EVALUABLE
            request.json.model < 5                      | NOT_EVALUABLE
            request.json.model                          | NOT_EVALUABLE
            request.json                                | NOT_EVALUABLE
            request.json[0] == 1                        | NOT_EVALUABLE
            request.json.list[7] == 1                   | NOT_EVALUABLE
            request.json.list[0] / 0 == 1               | NOT_EVALUABLE
            request.json.list[0] + 9223372036854775807 > 0 | NOT_EVALUABLE
            int(request.json.model) == 1                | NOT_EVALUABLE
            request.json.model.all(c, c == 'x')         | NOT_EVALUABLE
            request.json.list.all(e, e.name == 'x')     | NOT_EVALUABLE
            request.headers['x-absent'] == 'x'          | NOT_EVALUABLE
            request.query.absent == ['x']               | NOT_EVALUABLE
            timestamp(request.json.model) > timestamp('2026-01-01T00:00:00Z') | NOT_EVALUABLE
            """)
    void refusesWhatDoesNotMeetItOrCannotBeEvaluated(String expression, Cause cause) throws InvalidConditionException {
        RequestFacts request = Requests.json("{\"model\": \"claude-1\", \"list\": [1]}");

        Verdict verdict = Condition.compile(expression).evaluate(request);

        assertThat(verdict).isInstanceOfSatisfying(Verdict.Refused.class, refused -> {
            assertThat(refused.cause()).isEqualTo(cause);
            assertThat(refused.explanation()).endsWith(".").doesNotContain("claude");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            request.metod == 'GET'                  | request has method, host, path
            request == 'x'                          | request has method, host, path
            requests.method == 'GET'                | undeclared reference to 'requests'
            request.method == 5                     | at 1:16: found no matching overload
            request.method.startsWith(5)            | found no matching overload
            request.method                          | yields a string, not a boolean
            1 + 1                                   | yields a int, not a boolean
            request.method ==                       | at 1:18: mismatched input
            request.query.state == 'open'           | found no matching overload
            request.path.matches('(')               | matches(): error parsing regexp
            request.path.matches('((a{100}){10}){10}') | matches():
            request.path.matches(request.method)    | takes a literal
            request.json.a.matches(request.json.b)  | takes a literal
            matches(request.path, request.path)     | takes a literal
            request.headers['X-Model'] == 'a'       | write "x-model"
            'X-Model' in request.headers            | write "x-model"
            has(request.headers.Accept)             | write "accept"
            """)
    void isNotMadeOfWhatIsNoCondition(String expression, String why) {
        assertThatExceptionOfType(InvalidConditionException.class)
                .isThrownBy(() -> Condition.compile(expression))
                .withMessageContaining(why);
    }

    @Test
    void isNotMadeOfWhatIsTooLarge() {
        for (String expression : List.of(
                "true || ".repeat(600) + "true",
                "(".repeat(2000) + "true" + ")".repeat(2000),
                "[".repeat(1000) + "]".repeat(1000) + " == []",
                "request.json" + ".a".repeat(1000) + " == 1",
                "",
                "\u0000")) {
            assertThatExceptionOfType(InvalidConditionException.class)
                    .as(expression)
                    .isThrownBy(() -> Condition.compile(expression));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            request.json.model == 'x'                              | true
            request.method == 'GET' && has(request.json.model)     | true
            ['a'].exists(x, x == request.json.model)               | true
            'model' in request.json                                | true
            request.method == 'GET'                                | false
            request.headers.json == 'x'                            | false
            request.query['request.json'] == ['x']                 | false
            'request.json' == request.path                         | false
            """)
    void tellsWhetherItNeedsTheBody(String expression, boolean needs) throws InvalidConditionException {
        assertThat(Condition.compile(expression).needsBody()).isEqualTo(needs);
    }

    @Test
    void readsQueriesAsServersDo() throws InvalidConditionException {
        assertAllowed("request.query.state == ['open']", Requests.get("/", "page=2&state=open"));
        assertAllowed("request.query.q == ['a b+ü=']", Requests.get("/", "q=a+b%2B%c3%BC="));
        assertAllowed("request.query == {'a': ['1', '2'], 'b': ['']}", Requests.get("/", "a=1&&b&a=2"));
        assertAllowed("request.query['a[]'] == ['1']", Requests.get("/", "a%5B%5D=1"));
        assertAllowed("size(request.query) == 0", Requests.get("/", ""));
        assertRefused("request.query.state == ['open']", Requests.get("/", "state=open&state=all"), Cause.NOT_MET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=%", "a=%4", "a=%zz", "a=%00", "a=b;c=d", "a=%ff", "a=%c0%ae", "a=ü", "a= ", "a=%+1"})
    void refusesQueriesThatCouldBeReadInTwoWays(String query) throws InvalidConditionException {
        assertRefused("size(request.query) >= 0", Requests.get("/", query), Cause.NOT_EVALUABLE);
        assertAllowed("request.path == '/'", Requests.get("/", query));
    }

    @Test
    void readsHeadersByTheirNameInLowerCase() throws InvalidConditionException {
        RequestFacts request = Requests.with(List.of(
                Map.entry("Accept", "text/html"),
                Map.entry("X-Tag", "one"),
                Map.entry("x-tag", "two"),
                Map.entry("CONTENT-TYPE", "Text/HTML ; charset=utf-8")));

        assertAllowed("request.headers.accept == 'text/html' && request.headers['x-tag'] == 'one, two'", request);
        assertAllowed("'accept' in request.headers && !has(request.headers.cookie)", request);
        assertAllowed("request.contentType == 'text/html'", request);
        assertAllowed("request.contentType == ''", Requests.get("/", ""));
        assertRefused(
                "request.contentType != 'x'",
                Requests.with(List.of(Map.entry("content-type", "a/b"), Map.entry("Content-Type", "c/d"))),
                Cause.NOT_EVALUABLE);
    }

    @Test
    void readsNoBodyThatIsNotSentAsPlainJson() throws InvalidConditionException {
        byte[] body = "{\"model\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        String expression = "request.json.model == 'x'";

        for (String type : List.of(
                "application/json",
                "Application/JSON; Charset=UTF-8",
                "application/json;charset=\"utf-8\"",
                "application/vnd.api+json",
                "application/json; version=1")) {
            assertAllowed(expression, Requests.post(type, body));
        }
        for (String type : List.of(
                "",
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/jsonx",
                "application/json, a/b",
                "application/json;charset=utf-16",
                "application/json; x=1; charset=latin1")) {
            assertRefused(expression, Requests.post(type, body), Cause.BODY_UNUSABLE);
        }
        for (List<Map.Entry<String, String>> headers : List.of(
                List.of(Map.entry("content-type", "application/json"), Map.entry("Content-Encoding", "gzip")),
                List.of(Map.entry("content-type", "application/json"), Map.entry("content-type", "application/json")),
                List.<Map.Entry<String, String>>of())) {
            assertRefused(
                    expression,
                    new RequestFacts("POST", "h", "/", "", headers, Optional.of(ByteBuffer.wrap(body))),
                    Cause.BODY_UNUSABLE);
        }
        assertRefused(expression, Requests.post("application/json", new byte[0]), Cause.BODY_UNUSABLE);
        assertRefused(
                expression,
                new RequestFacts(
                        "POST", "h", "/", "", List.of(Map.entry("content-type", "application/json")), Optional.empty()),
                Cause.BODY_UNUSABLE);
    }

    @Test
    void takesABodyFromTheMiddleOfABufferAndLeavesItAsItWas() throws InvalidConditionException {
        byte[] bytes = "xx{\"model\":\"x\"}yy".getBytes(StandardCharsets.UTF_8);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        for (ByteBuffer buffer :
                List.of(ByteBuffer.wrap(bytes), direct, ByteBuffer.wrap(bytes).asReadOnlyBuffer())) {
            buffer.position(2).limit(bytes.length - 2);

            assertAllowed(
                    "request.json.model == 'x'",
                    new RequestFacts(
                            "POST",
                            "h",
                            "/",
                            "",
                            List.of(Map.entry("content-type", "application/json")),
                            Optional.of(buffer)));
            assertThat(buffer.position()).isEqualTo(2);
            assertThat(buffer.remaining()).isEqualTo(bytes.length - 4);
        }
    }

    @Test
    void isUsedByManyThreadsAtOnce() throws Exception {
        Condition condition = Condition.compile("request.json.n == 1 && request.json.text.contains('a')");
        List<Future<Verdict>> verdicts = new ArrayList<>();

        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 2000; i++) {
                RequestFacts request = Requests.json("{\"n\": " + i % 2 + ", \"text\": \"abc\"}");
                verdicts.add(threads.submit(() -> condition.evaluate(request)));
            }
        }

        for (int i = 0; i < verdicts.size(); i++) {
            assertThat(verdicts.get(i).get() instanceof Verdict.Allowed).isEqualTo(i % 2 == 1);
        }
    }

    @Test
    void loadsNothingOfCelUntilSomethingIsCompiled() throws Exception {
        Set<String> loaded = new HashSet<>();
        ClassLoader recording = new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                synchronized (loaded) {
                    loaded.add(name);
                }
                if (!name.startsWith("dev.sallyport.")) {
                    return super.loadClass(name, resolve);
                }
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    if (in == null) {
                        throw new ClassNotFoundException(name);
                    }
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };

        for (Class<?> type :
                List.of(Condition.class, RequestFacts.class, Verdict.class, Verdict.Refused.class, Cause.class)) {
            Class<?> initialized = Class.forName(type.getName(), true, recording);
            assertThat(initialized.getClassLoader()).isSameAs(recording);
            assertThat(initialized.getDeclaredMethods())
                    .allSatisfy(method ->
                            assertThat(method.getReturnType().getName()).doesNotStartWith("dev.cel."));
        }
        assertThat(loaded).noneMatch(ConditionTest::isCel);

        Class.forName(Condition.class.getName(), true, recording)
                .getMethod("compile", String.class)
                .invoke(null, "true");
        assertThat(loaded).anyMatch(ConditionTest::isCel);
    }

    private static boolean isCel(String name) {
        return name.startsWith("dev.cel.") || name.startsWith("com.google.") || name.startsWith("org.antlr.");
    }

    private static void assertAllowed(String expression, RequestFacts request) throws InvalidConditionException {
        assertThat(Condition.compile(expression).evaluate(request)).isEqualTo(new Verdict.Allowed());
    }

    private static void assertRefused(String expression, RequestFacts request, Cause cause)
            throws InvalidConditionException {
        assertThat(Condition.compile(expression).evaluate(request))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.cause()).isEqualTo(cause));
    }
}
