package dev.sallyport.sidecar.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The HTTP clients of Python, Node.js, Go and Java. */
class HttpLibrariesIT {

    private static final String DOCUMENT = "{\"model\":\"claude-x\",\"text\":\"w\u00f6rld\"}";
    private static final AtomicInteger CASES = new AtomicInteger();
    private static final Map<Library, Driver> DRIVERS = new EnumMap<>(Library.class);

    @TempDir
    static Path directory;

    private static Scene scene;
    private static Path upload;
    private static final Api api = new Api(Scene::isBearer);
    private static final Api plain = new Api(any -> true);

    @BeforeAll
    static void start() throws IOException {
        scene = new Scene(
                directory,
                List.of("api.test", "open.test"),
                (web, to) -> List.of(
                        to.https("api", "api.test")
                                .credential(Scene.bearer())
                                .rule(List.of("GET", "POST", "PUT", "HEAD"), "/v1/**"),
                        to.https("open", "open.test"),
                        to.http("plain", "plain.test").rule(List.of("GET", "POST", "PUT", "HEAD"), "/v1/**")));
        scene.web.put("api.test", api);
        scene.web.put("open.test", plain);
        scene.web.put("plain.test", plain);
        upload = Files.write(directory.resolve("upload"), Api.PAYLOAD);
    }

    @AfterAll
    static void stop() {
        DRIVERS.values().forEach(Driver::close);
        scene.close();
    }

    static Stream<Arguments> everyWay() {
        return those((library, way) -> true);
    }

    private static Stream<Arguments> those(BiPredicate<Library, Way> that) {
        return Stream.of(Library.values())
                .flatMap(library -> library.ways().stream()
                        .filter(way -> that.test(library, way))
                        .map(way -> Arguments.of(library, way)));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void a_document_goes_out_with_the_real_credential(Library library, Way way) throws Exception {
        String which = newCase();

        Map<String, String> done =
                driver(library).begin("post", url(way, "/v1/document/" + which)).done();

        assertThat(done).containsEntry("status", "200").containsEntry("sha256", sha256(DOCUMENT));
        assertThat(scene.web.received(which)).singleElement().satisfies(received -> {
            assertThat(received.values("Authorization"))
                    .containsExactly("Bearer " + (way == Way.HTTP_PROXY ? Scene.DUMMY : Scene.REAL));
            assertThat(received.version()).isEqualTo(way == Way.HTTP_PROXY ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_2);
            assertThat(received.target()).isEqualTo("/v1/document/" + which + "?x=1");
        });
        AuditedRequest audited = scene.audited(which);
        assertThat(audited.decision()).isEqualTo(AuditedRequest.Decision.ALLOWED);
        assertThat(audited.form()).isEqualTo(library.form(way));
        assertThat(audited.protocol()).isEqualTo(library.protocol(way));
        assertThat(audited.requestBytes()).isEqualTo(DOCUMENT.getBytes(StandardCharsets.UTF_8).length);
        assertThat(audited.credential().isPresent()).isEqualTo(way != Way.HTTP_PROXY);
        String version = done.getOrDefault("version", "");
        if (!version.isEmpty()) {
            assertThat(version)
                    .isEqualTo(library.protocol(way) == AuditedRequest.Protocol.HTTP_2 ? "HTTP/2" : "HTTP/1.1");
        }
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void large_answers_arrive_unaltered(Library library, Way way) throws Exception {
        for (String kind : List.of("bytes", "chunks")) {
            Map<String, String> done = driver(library)
                    .begin("download", url(way, "/v1/" + kind + "/" + newCase()))
                    .done();

            assertThat(done)
                    .containsEntry("status", "200")
                    .containsEntry("bytes", Integer.toString(Api.PAYLOAD.length))
                    .containsEntry("sha256", Api.PAYLOAD_SHA256);
        }
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void an_upload_of_unknown_length_arrives_unaltered(Library library, Way way) throws Exception {
        String which = newCase();

        Map<String, String> done = driver(library)
                .begin("upload", url(way, "/v1/upload/" + which), upload.toString())
                .done();

        assertThat(done)
                .containsEntry("status", "200")
                .containsEntry("text", "bytes:" + Api.PAYLOAD.length + " sha256:" + Api.PAYLOAD_SHA256);
        assertThat(scene.web.received(which))
                .singleElement()
                .satisfies(received ->
                        assertThat(received.values("Content-Length")).isEmpty());
        assertThat(scene.audited(which).requestBytes()).isEqualTo(Api.PAYLOAD.length);
    }

    /** Each is sent only when the client has had the one before. */
    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void events_arrive_one_by_one(Library library, Way way) throws Exception {
        String which = newCase();
        Driver driver = driver(library).begin("events", url(way, "/v1/events/" + which));
        driver.expect("open");
        HttpServerResponse stream = (way == Way.HTTP_PROXY ? plain : api).stream(which);
        for (int i = 0; i < 5; i++) {
            stream.write("event: message\ndata: {\"n\": " + i + "}\n\n");

            driver.expect("event\t{\"n\": " + i + "}");
        }
        stream.end();

        assertThat(driver.done()).containsEntry("status", "200");
    }

    static Stream<Arguments> thoseThatAbandon() {
        return those(
                (library, way) -> library.resetsStreams() || library.protocol(way) == AuditedRequest.Protocol.HTTP_1_1);
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("thoseThatAbandon")
    void an_abandoned_answer_is_abandoned_upstream(Library library, Way way) throws Exception {
        String which = newCase();

        Map<String, String> done =
                driver(library).begin("abort", url(way, "/v1/endless/" + which)).done();

        assertThat(done).containsEntry("status", "200");
        (way == Way.HTTP_PROXY ? plain : api).awaitAbandoned(which);
        assertThat(scene.audited(which).reason()).contains(Reason.CLIENT_ABORTED);
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void twenty_requests_at_once_are_all_answered(Library library, Way way) throws Exception {
        String which = newCase();

        Map<String, String> done = driver(library)
                .begin("many", url(way, "/v1/chunks/" + which), "20")
                .done();

        assertThat(done)
                .containsEntry("number", "20")
                .containsEntry("status", "200")
                .containsEntry("sha256", Api.PAYLOAD_SHA256);
        assertThat(scene.audited(which, 20))
                .hasSize(20)
                .allMatch(audited -> audited.decision() == AuditedRequest.Decision.ALLOWED);
    }

    static Stream<Arguments> thoseThatRedirect() {
        return those((library, way) -> library.choosesWayForRedirects() || way != Way.BASE_URL);
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("thoseThatRedirect")
    void a_redirect_is_judged_anew_and_bears_no_credential(Library library, Way way) throws Exception {
        String which = newCase();
        String there = scene.https("open.test") + "/v1/document/" + which + "-there";

        Map<String, String> done = driver(library)
                .begin("follow", url(way, "/v1/redirect/" + which) + "&to=" + there)
                .done();

        assertThat(done).containsEntry("status", "200");
        assertThat(scene.web.received("/v1/document/" + which))
                .filteredOn(received -> received.host().equals("open.test"))
                .singleElement()
                .satisfies(received -> assertThat(received.text()).doesNotContain(Scene.REAL));
        assertThat(scene.audited(which + "-there").route()).contains("open");
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("everyWay")
    void a_refused_path_is_told_as_a_status_with_its_reason(Library library, Way way) throws Exception {
        String which = newCase();

        Map<String, String> done =
                driver(library).begin("post", url(way, "/v2/" + which)).done();

        assertThat(done).containsEntry("status", "403").containsEntry("reason", "PathNotAllowed");
        assertThat(scene.web.received(which)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Library.class)
    void a_host_without_a_route_is_refused(Library library) throws Exception {
        String failure = driver(library)
                .begin("download", "https://elsewhere.test:" + scene.web.tlsPort() + "/")
                .failed();

        assertThat(failure).containsAnyOf("403", "Forbidden");
        assertThat(scene.requests())
                .anyMatch(request -> request.reason().equals(java.util.Optional.of(Reason.ROUTE_NOT_FOUND)));
    }

    /** Go's is the only one of them that shows trailers. */
    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"GO", "GO_H2C"})
    void trailers_arrive(Library library) throws Exception {
        for (Way way : library.ways()) {
            Map<String, String> done = driver(library)
                    .begin("trailers", url(way, "/v1/trailers/" + newCase()))
                    .done();

            assertThat(done).containsEntry("trailer-body-digest", sha256(DOCUMENT));
        }
    }

    private static String newCase() {
        return "case-" + CASES.incrementAndGet() + "-";
    }

    private static String sha256(String text) {
        return Api.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String url(Way way, String path) {
        return switch (way) {
                    case BASE_URL -> scene.baseUrl("api");
                    case HTTP_PROXY -> scene.http("plain.test");
                    case HTTPS_PROXY -> scene.https("api.test");
                }
                + path
                + "?x=1";
    }

    private static Driver driver(Library library) throws IOException {
        Driver driver = DRIVERS.get(library);
        if (driver == null || !driver.isReady()) {
            if (driver != null) {
                driver.close();
            }
            driver = library.start(scene.agent, scene.proxy.port(), scene.trust);
            DRIVERS.put(library, driver);
        }
        return driver;
    }
}
