package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.testing.RawClient;
import dev.sallyport.sidecar.testing.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that hold on to what they got, and a proxy that must not run out of it. */
class ExhaustionIT {

    private static final ProxyLimits TIGHT =
            new ProxyLimits(2, 65_536, 200, 16_384, 16_384, 1024, 128, 1, 2, 10, 600, 1);

    @TempDir
    Path directory;

    private Upstream upstream;

    @BeforeEach
    void start() throws Exception {
        upstream = new Upstream();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    @Test
    void a_head_that_trickles_in_and_an_idle_connection_are_closed() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(TIGHT));
                RawClient trickling = proxy.raw();
                RawClient idle = proxy.raw()) {
            trickling.send("GET /open/ HTTP/1.1\r\nHost: p\r\nX: ");
            idle.head("GET /open/ HTTP/1.1", "Host: p");
            assertThat(idle.readMessage()).endsWith("hello");

            assertThat(trickling.readToEnd()).isEmpty();
            assertThat(idle.readToEnd()).isEmpty();
        }
    }

    @Test
    void a_request_that_takes_longer_than_idleness_may_is_not_cut() throws Exception {
        upstream.answer(request ->
                upstream.vertx().setTimer(3_000, ignored -> request.response().end("slow")));
        try (RunningProxy proxy = new RunningProxy(directory, config(TIGHT));
                RawClient client = proxy.raw()) {
            client.head("GET /open/ HTTP/1.1", "Host: p");

            assertThat(client.readMessage()).endsWith("slow");
        }
    }

    @Test
    void connections_beyond_the_limit_are_closed_and_their_places_come_back() throws Exception {
        try (RunningProxy proxy = new RunningProxy(directory, config(TIGHT))) {
            try (RawClient first = proxy.raw();
                    RawClient second = proxy.raw()) {
                first.head("GET /open/ HTTP/1.1", "Host: p").readMessage();
                second.head("GET /open/ HTTP/1.1", "Host: p").readMessage();
                try (RawClient third = proxy.raw()) {
                    assertThatThrownBy(() ->
                                    third.head("GET /open/ HTTP/1.1", "Host: p").readMessage())
                            .isInstanceOf(IOException.class);
                }
            }

            org.awaitility.Awaitility.await()
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> proxy.get("/open/").statusCode() == 200);
        }
    }

    @Test
    void what_cannot_be_recorded_is_not_sent() throws Exception {
        Seams world = RunningProxy.world(new ByteArrayOutputStream());
        Seams one = new Seams(
                world.clock(), world.names(), world.addresses(), world.auditOutput(), 1, world.reloadPeriod());
        java.util.concurrent.CountDownLatch arrived = new java.util.concurrent.CountDownLatch(1);
        upstream.answer(request -> arrived.countDown());
        try (RunningProxy proxy = new RunningProxy(directory, Optional.of(config(TIGHT)), one);
                RawClient holding = proxy.raw()) {
            holding.head("GET /open/ HTTP/1.1", "Host: p");
            arrived.await();

            HttpResponse<String> refused = proxy.get("/open/");

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body()).contains("AuditUnavailable");
            assertThat(upstream.received()).hasSize(1);
        }
    }

    @Test
    void a_stream_that_outlasts_the_drain_is_cut_and_recorded() throws Exception {
        upstream.answer(request -> request.response().setChunked(true).write("begun"));
        RunningProxy proxy = new RunningProxy(directory, config(TIGHT));
        try (RawClient client = proxy.raw()) {
            client.head("GET /open/ HTTP/1.1", "Host: p");
            client.readUntil("begun\r\n");
            long began = System.nanoTime();

            proxy.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
            assertThatThrownBy(client::readToEnd).isInstanceOf(IOException.class);
        }
        AuditedRequest cut = proxy.requests(1).getFirst();
        assertThat(cut.reason()).contains(Reason.DRAIN_EXPIRED);
        assertThat(cut.decision()).isEqualTo(AuditedRequest.Decision.FAILED);
        Chain.verify(proxy.auditText());
    }

    private ProxyConfig config(ProxyLimits limits) {
        return RunningProxy.config(
                1, limits, Routes.https("open", upstream.port()).build());
    }
}
