package dev.sallyport.sidecar.upstream;

import static dev.sallyport.sidecar.upstream.World.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.StreamResetException;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.testing.RouteBuilder;
import dev.sallyport.sidecar.testing.TestAuthority;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PfxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 with an upstream of another make. */
class Http2UpstreamIT {

    private final World world = new World();
    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Map.Entry<String, String>> fields = new CopyOnWriteArrayList<>();
    private volatile Handler<HttpServerRequest> answer =
            request -> request.response().end("ok");
    private HttpServer server;

    @BeforeEach
    void listen() {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(TestAuthority.leaf("dns:api.test").toString())
                                .setPassword(TestAuthority.PASSWORD)))
                .connectionHandler(connection -> connections.incrementAndGet())
                .exceptionHandler(failure -> {})
                .requestHandler(request -> {
                    assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
                    fields.clear();
                    fields.add(Map.entry(":method", request.method().name()));
                    fields.add(Map.entry(":scheme", String.valueOf(request.scheme())));
                    fields.add(Map.entry(":authority", String.valueOf(request.authority())));
                    fields.add(Map.entry(":path", request.uri()));
                    fields.addAll(request.headers().entries());
                    answer.handle(request);
                })
                .listen(0, "127.0.0.1")
                .await();
    }

    @AfterEach
    void close() {
        world.close();
        vertx.close().await();
    }

    @Test
    void requests_share_a_connection() throws Exception {
        List<UpstreamStream> streams = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            streams.add(world.open(route()));
        }

        for (UpstreamStream stream : streams) {
            assertThat(stream.protocol()).isEqualTo(Protocol.HTTP_2);
            assertThat(new Call(stream).get("/").body()).isEqualTo("ok");
        }
        assertThat(connections).hasValue(1);
    }

    @Test
    void fields_are_those_of_http2() throws Exception {
        Call call = world.call(route())
                .field("X-Api-Key", "secret")
                .field("Connection", "x")
                .field("Keep-Alive", "1")
                .field("Transfer-Encoding", "chunked")
                .field("Upgrade", "h2c")
                .field("TE", "gzip, trailers")
                .field("Cookie", "a=b; c=d")
                .get("/p?q");

        assertThat(call.body()).isEqualTo("ok");
        assertThat(fields)
                .extracting(Object::toString)
                .containsExactlyInAnyOrder(
                        ":method=GET",
                        ":scheme=https",
                        ":authority=api.test",
                        ":path=/p?q",
                        "x-api-key=secret",
                        "te=trailers",
                        "cookie=a=b; c=d");
    }

    @Test
    void bodies_and_trailers_go_both_ways_at_once() throws Exception {
        answer = request -> {
            request.response().setChunked(true);
            request.handler(data -> request.response().write(data));
            request.endHandler(end -> {
                request.response().putTrailer("grpc-status", "0");
                request.response().end();
            });
        };
        Call call = world.call(route())
                .field("te", "trailers")
                .send("POST", "/svc/Method", OptionalLong.empty())
                .write("one");
        await().until(() -> call.read().equals("one"));

        call.write("two").endRequest(new DefaultHttpHeaders().set("X-Sum", "6"));

        assertThat(call.body()).isEqualTo("onetwo");
        assertThat(call.end().get("grpc-status")).isEqualTo("0");
    }

    @Test
    void interim_answers_are_handed_over() throws Exception {
        answer = request -> {
            request.response().writeContinue();
            request.response()
                    .writeEarlyHints(MultiMap.caseInsensitiveMultiMap().add("link", "</a>"));
            request.response().end("ok");
        };
        Call call = world.call(route()).get("/");

        assertThat(call.body()).isEqualTo("ok");
        assertThat(call.interim()).extracting(ResponseHead::status).containsExactly(100, 103);
    }

    @Test
    void an_answer_to_head_has_a_length_but_no_body() throws Exception {
        answer = request -> request.response().putHeader("content-length", "99").end();
        Call call = world.call(route())
                .send(HttpMethod.HEAD.name(), "/", OptionalLong.of(0))
                .endRequest();

        assertThat(call.body()).isEmpty();
        assertThat(call.head().fields().get("content-length")).isEqualTo("99");
    }

    @Test
    void a_reset_within_a_body_fails() throws Exception {
        CompletableFuture<Runnable> reset = new CompletableFuture<>();
        answer = request -> {
            request.response().setChunked(true).write("half");
            Context context = vertx.getOrCreateContext();
            reset.complete(
                    () -> context.runOnContext(ignored -> request.response().reset(8)));
        };
        Call call = world.call(route()).get("/");
        await().until(() -> call.read().equals("half"));

        reset.get().run();

        assertThat(call.failure()).isInstanceOf(StreamResetException.class);
        assertThat(call.hasEnded()).isFalse();
    }

    @Test
    void an_abort_resets_only_its_stream() throws Exception {
        List<Long> resets = new CopyOnWriteArrayList<>();
        answer = request -> {
            request.response()
                    .exceptionHandler(failure -> resets.add(
                            failure instanceof io.vertx.core.http.StreamResetException e ? e.getCode() : -1L));
            request.response().setChunked(true).write("begun");
        };
        Call aborted = world.call(route()).get("/");
        Call other = world.call(route()).get("/");
        aborted.head();
        other.head();

        aborted.abort();

        await().until(() -> !resets.isEmpty());
        assertThat(resets).startsWith(8L);
        assertThat(aborted.hasFailed()).isFalse();
        assertThat(other.hasFailed()).isFalse();
        assertThat(connections).hasValue(1);
    }

    @Test
    void a_body_that_nobody_reads_stops_at_the_window_and_holds_up_no_other() throws Exception {
        AtomicInteger written = new AtomicInteger();
        answer = request -> {
            if (request.uri().equals("/large")) {
                request.response().setChunked(true);
                Buffer part = Buffer.buffer(new byte[16 * 1024]);
                Runnable[] more = new Runnable[1];
                more[0] = () -> {
                    while (!request.response().writeQueueFull() && written.get() < 16 << 20) {
                        written.addAndGet(part.length());
                        request.response().write(part);
                    }
                    if (written.get() == 16 << 20) {
                        request.response().end();
                    }
                };
                request.response().drainHandler(ignored -> {
                    if (!request.response().ended()) {
                        more[0].run();
                    }
                });
                more[0].run();
            } else {
                request.response().end("ok");
            }
        };
        Call slow = world.call(route()).stopped().get("/large");
        slow.head();

        for (int i = 0; i < 50; i++) {
            assertThat(world.call(route()).get("/").body()).isEqualTo("ok");
        }

        assertThat(slow.readBytes()).isZero();
        assertThat(written.get()).isLessThan(1 << 20);
        slow.resume();
        slow.end();
        assertThat(slow.readBytes()).isEqualTo(16 << 20);
    }

    @Test
    void an_upgrade_has_a_connection_of_http1() throws Exception {
        world.call(route()).get("/").end();

        assertThat(world.open(route(), true).protocol()).isEqualTo(Protocol.HTTP_1_1);
        await().until(() -> connections.get() == 2);
    }

    private RouteConfig route() {
        return RouteBuilder.https("api", "api.test:" + server.actualPort()).build();
    }
}
