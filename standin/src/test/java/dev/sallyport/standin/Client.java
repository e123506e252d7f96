package dev.sallyport.standin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sallyport.standin.exchange.Json;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The JDK's HTTP client, speaking one version of HTTP to a stand-in whose root it trusts. */
public final class Client implements AutoCloseable {
    private final HttpClient http;
    private final URI base;

    private Client(HttpClient http, URI base) {
        this.http = http;
        this.base = base;
    }

    /** Over HTTPS, with this version of HTTP. */
    public static Client https(ProviderStandin standin, HttpClient.Version version) {
        return https(standin, version, standin.authority().orElseThrow());
    }

    /** The same, trusting this root instead. */
    public static Client https(ProviderStandin standin, HttpClient.Version version, String root) {
        var http = HttpClient.newBuilder()
                .version(version)
                .sslContext(trusting(root))
                .build();
        return new Client(http, standin.https().orElseThrow());
    }

    /** Without TLS, with HTTP/1.1. */
    public static Client plain(ProviderStandin standin) {
        return new Client(
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
                standin.plain().orElseThrow());
    }

    /** Without TLS, to the control port. */
    public static Client control(ProviderStandin standin) {
        return new Client(HttpClient.newHttpClient(), URI.create("http://127.0.0.1:" + standin.controlPort()));
    }

    /** A request to this path, to be completed; it gives up after 30 s. */
    public HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(base.resolve(pathAndQuery)).timeout(Duration.ofSeconds(30));
    }

    public HttpResponse<String> get(String pathAndQuery, String... headers) throws IOException, InterruptedException {
        return send(request(pathAndQuery), headers);
    }

    public HttpResponse<String> post(String pathAndQuery, String body, String... headers)
            throws IOException, InterruptedException {
        return send(request(pathAndQuery).POST(BodyPublishers.ofString(body)), headers);
    }

    /** Sends a request and reads all of the answer. */
    public HttpResponse<String> send(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        return http.send(with(request, headers), BodyHandlers.ofString());
    }

    /** Sends a request and reads the head of the answer; the body is left to be read. */
    public HttpResponse<InputStream> open(HttpRequest.Builder request, String... headers)
            throws IOException, InterruptedException {
        return http.send(with(request, headers), BodyHandlers.ofInputStream());
    }

    private static HttpRequest with(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }

    /** The body as JSON. */
    public static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    public static JsonNode json(String text) {
        return Json.parse(Buffer.buffer(text)).orElseThrow(() -> new AssertionError("no JSON: " + text));
    }

    /** A server-sent event, as a client gets it. */
    public record Event(String name, String data) {
        public JsonNode json() {
            return Client.json(data);
        }
    }

    /** Reads events one at a time, as they come. */
    public static final class Events implements AutoCloseable {
        private final BufferedReader reader;

        public Events(InputStream body) {
            reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        }

        /** Waits for the next event. */
        public Event next() throws IOException {
            var name = "message";
            var data = new StringBuilder();
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.isEmpty()) {
                    return new Event(name, data.toString());
                }
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data.append(line, 6, line.length());
                } else {
                    throw new AssertionError("not a line of an event: " + line);
                }
            }
            throw new IOException("the stream ended within or before an event");
        }

        /** Waits for all events up to and with the one of this data. */
        public List<Event> until(Predicate<Event> last) throws IOException {
            var events = new ArrayList<Event>();
            do {
                events.add(next());
            } while (!last.test(events.getLast()));
            return events;
        }

        /** Whether the stream is over in good order. */
        public boolean over() throws IOException {
            return reader.read() < 0;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** Trusts this root and no other. */
    public static SSLContext trusting(String pem) {
        try {
            var root = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("root", root);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Closes its connections, also those of answers that were not read to the end. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
