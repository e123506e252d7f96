package dev.sallyport.operator.status.proxy;

import dev.sallyport.contract.admin.RequestSignature;
import dev.sallyport.contract.admin.ResponseSignature;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.ProxyReport;
import dev.sallyport.operator.status.proxy.ProxyObservation.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;

/**
 * Asks one proxy for its report. Whoever answers is taken to be hostile until the signature holds: an agent may have taken
 * the port.
 */
final class ProxyClient implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long MOST_BYTES = 1024 * 1024;
    private static final String PATH = "/status";

    private final OperatorKeys keys;
    private final int port;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    /**
     * A client.
     *
     * @param port the admin port of all proxies
     */
    ProxyClient(OperatorKeys keys, int port, Clock clock) {
        this.keys = keys;
        this.port = port;
        this.clock = clock;
    }

    /**
     * One question, one answer.
     *
     * @throws ProxyException if there is no answer, or none to be trusted
     * @throws InterruptedException if the operator is stopping
     */
    ProxyReport ask(ProxyTarget target) throws ProxyException, InterruptedException {
        String nonce = nonce();
        HttpResponse<byte[]> response = send(request(target, nonce));
        if (response.statusCode() != 200) {
            throw new ProxyException(Kind.UNREADABLE, "the admin port answered with status " + response.statusCode());
        }
        String signature =
                response.headers().firstValue(ResponseSignature.HEADER).orElse("");
        if (!ResponseSignature.verify(keys.responseKey(target.sandboxUid()), nonce, response.body(), signature)) {
            throw new ProxyException(Kind.NOT_AUTHENTIC, "the answer of the admin port is not signed by the proxy");
        }
        ProxyReport report;
        try {
            report = StrictJson.read(response.body(), ProxyReport.class);
        } catch (InvalidJsonException e) {
            throw new ProxyException(Kind.UNREADABLE, "the report cannot be read: " + e.getMessage());
        }
        if (!report.sandboxUid().equals(target.sandboxUid())) {
            throw new ProxyException(Kind.NOT_AUTHENTIC, "the report is another sandbox's");
        }
        return report;
    }

    private HttpRequest request(ProxyTarget target, String nonce) {
        RequestSignature question = new RequestSignature(
                "GET", PATH, target.sandboxUid(), clock.instant().getEpochSecond(), nonce);
        String address = target.address().contains(":") ? "[" + target.address() + "]" : target.address();
        return HttpRequest.newBuilder(URI.create("http://" + address + ":" + port + PATH))
                .timeout(TIMEOUT)
                .header(RequestSignature.TIME_HEADER, Long.toString(question.time()))
                .header(RequestSignature.NONCE_HEADER, nonce)
                .header(RequestSignature.SIGNATURE_HEADER, question.sign(keys.privateKey()))
                .GET()
                .build();
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws ProxyException, InterruptedException {
        try {
            return http.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MOST_BYTES));
        } catch (IOException e) {
            throw new ProxyException(
                    Kind.UNREACHABLE,
                    "the admin port does not answer (" + e.getClass().getSimpleName() + ")");
        }
    }

    private String nonce() {
        byte[] bytes = new byte[18];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
