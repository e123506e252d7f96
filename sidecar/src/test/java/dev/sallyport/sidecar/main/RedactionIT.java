package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.RedactResponses;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream that echoes must not hand the credential to the agent. */
class RedactionIT {

    private static final String KEY = "sk-reflected-0123456789abcdef";

    @TempDir
    Path directory;

    private Upstream upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
        upstream.answer(this::echo);
        RunningProxy.secret(directory, "anthropic", "api-key", KEY);
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(
                        Routes.https("none", upstream.port())
                                .credential(Routes.apiKey())
                                .redact(RedactResponses.NONE)
                                .build(),
                        Routes.https("headers", upstream.port())
                                .credential(Routes.apiKey())
                                .redact(RedactResponses.HEADERS)
                                .build(),
                        Routes.https("full", upstream.port())
                                .credential(Routes.apiKey())
                                .redact(RedactResponses.FULL)
                                .build()));
    }

    private void echo(HttpServerRequest request) {
        String key = String.valueOf(request.getHeader("x-api-key"));
        HttpServerResponse response = request.response()
                .putHeader("X-Echo", "key " + key)
                .putHeader("Location", "https://elsewhere.test/?k=" + key);
        switch (request.uri()) {
            case "/chunks" -> {
                response.setChunked(true);
                for (int i = 0; i < key.length(); i++) {
                    response.write(String.valueOf(key.charAt(i)));
                }
                response.putTrailer("X-Last", key).end();
            }
            case "/base64" ->
                response.end(
                        Base64.getEncoder().encodeToString(("user:" + key + "!").getBytes(StandardCharsets.UTF_8)));
            case "/gzip" -> response.putHeader("Content-Encoding", "gzip").end(Buffer.buffer(gzip(key)));
            case "/coding" -> response.end(String.valueOf(request.getHeader("accept-encoding")));
            case "/phrase" ->
                response.setStatusCode(418).setStatusMessage("no " + key).end("");
            default -> response.end("your key is " + key + ".");
        }
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void in_headers_it_is_masked_by_default_and_the_body_is_untouched() throws Exception {
        HttpResponse<String> answer = proxy.get("/headers/");

        assertThat(answer.headers().map().toString()).doesNotContain(KEY).contains("key " + "*".repeat(KEY.length()));
        assertThat(answer.body()).contains(KEY);
        assertThat(proxy.get("/none/").headers().firstValue("x-echo")).contains("key " + KEY);
    }

    @Test
    void in_full_it_is_masked_wherever_it_is_cut_and_lengths_stay() throws Exception {
        assertThat(proxy.get("/full/").body()).isEqualTo("your key is " + "*".repeat(KEY.length()) + ".");
        assertThat(proxy.get("/full/base64").body())
                .doesNotContain(Base64.getEncoder()
                        .encodeToString(("user:" + KEY).getBytes(StandardCharsets.UTF_8))
                        .substring(8, 40));
        try (RawClient client = proxy.raw()) {
            client.head("GET /full/chunks HTTP/1.1", "Host: p", "Connection: close", "TE: trailers");
            String answer = client.readToEnd();
            assertThat(answer).doesNotContain(KEY).contains("X-Last: " + "*".repeat(KEY.length()));
            assertThat(answer.chars().filter(c -> c == '*').count()).isGreaterThanOrEqualTo(4L * KEY.length());
        }
    }

    @Test
    void a_status_line_shows_none_either() throws Exception {
        try (RawClient client = proxy.raw()) {
            client.head("GET /headers/phrase HTTP/1.1", "Host: p", "Connection: close");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 418 no ***").doesNotContain(KEY);
        }
    }

    @Test
    void full_asks_for_no_coding_and_refuses_one_that_comes_all_the_same() throws Exception {
        assertThat(proxy.get("/full/coding", "Accept-Encoding", "gzip, br").body())
                .isEqualTo("identity");
        assertThat(proxy.get("/headers/coding", "Accept-Encoding", "gzip, br").body())
                .isEqualTo("gzip, br");

        HttpResponse<String> refused = proxy.get("/full/gzip");
        assertThat(refused.statusCode()).isEqualTo(502);
        assertThat(refused.body()).contains("RedactionImpossible");
    }
}
