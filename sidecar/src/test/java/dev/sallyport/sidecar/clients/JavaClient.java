package dev.sallyport.sidecar.clients;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** As {@code client.py}: does what it is told on standard input, with the JDK's client. */
final class JavaClient {

    private static final String KEY = System.getenv("API_KEY");
    private static final String DOCUMENT = "{\"model\":\"claude-x\",\"text\":\"w\u00f6rld\"}";

    private final HttpClient http = builder().build();
    private final HttpClient following =
            builder().followRedirects(HttpClient.Redirect.NORMAL).build();

    private JavaClient() {}

    public static void main(String[] arguments) throws Exception {
        JavaClient client = new JavaClient();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            try {
                client.act(fields);
            } catch (java.io.IOException e) {
                say("failed", "error=" + e);
            }
        }
    }

    /** It asks an authenticator for what a proxy wants, and none is there by itself. */
    private static HttpClient.Builder builder() {
        HttpClient.Builder builder = HttpClient.newBuilder();
        String user = System.getProperty("https.proxyUser");
        return user == null
                ? builder
                : builder.authenticator(new Authenticator() {
                    @Override
                    protected PasswordAuthentication getPasswordAuthentication() {
                        return new PasswordAuthentication(
                                user, System.getProperty("https.proxyPassword").toCharArray());
                    }
                });
    }

    private void act(String[] fields) throws Exception {
        URI uri = URI.create(fields[1]);
        switch (fields[0]) {
            case "post" ->
                tell(http.send(
                        request(uri, true)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString(DOCUMENT))
                                .build(),
                        BodyHandlers.ofByteArray()));
            case "download" -> tell(http.send(request(uri, false).build(), BodyHandlers.ofByteArray()));
            case "upload" -> {
                try (InputStream file = Files.newInputStream(Path.of(fields[2]))) {
                    BodyPublisher body = BodyPublishers.ofInputStream(() -> file);
                    text(http.send(request(uri, true).PUT(body).build(), BodyHandlers.ofString()));
                }
            }
            case "events" -> {
                HttpResponse<InputStream> answer = http.send(request(uri, false).build(), BodyHandlers.ofInputStream());
                say("open");
                try (BufferedReader body =
                        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                    for (String line = body.readLine(); line != null; line = body.readLine()) {
                        if (line.startsWith("data:")) {
                            say("event", line.substring(5).strip());
                        }
                    }
                }
                say("done", common(answer));
            }
            case "abort" -> {
                HttpResponse<InputStream> answer = http.send(request(uri, false).build(), BodyHandlers.ofInputStream());
                try (InputStream body = answer.body()) {
                    body.read();
                }
                say("done", common(answer));
            }
            case "many" -> many(fields[1], Integer.parseInt(fields[2]));
            case "follow" -> text(following.send(request(uri, true).build(), BodyHandlers.ofString()));
            default -> throw new IllegalArgumentException(fields[0]);
        }
    }

    private void many(String uri, int number) {
        List<CompletableFuture<HttpResponse<byte[]>>> all = IntStream.range(0, number)
                .mapToObj(n -> http.sendAsync(
                        request(URI.create(uri + "&number=" + n), false).build(), BodyHandlers.ofByteArray()))
                .toList();
        Set<String> statuses = new TreeSet<>();
        Set<String> digests = new TreeSet<>();
        for (CompletableFuture<HttpResponse<byte[]>> one : all) {
            statuses.add(Integer.toString(one.join().statusCode()));
            digests.add(sha256(one.join().body()));
        }
        say("done", "number=" + number, "status=" + String.join(",", statuses), "sha256=" + String.join(",", digests));
    }

    private static HttpRequest.Builder request(URI uri, boolean credentials) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        return credentials ? request.header("Authorization", "Bearer " + KEY).header("X-Api-Key", KEY) : request;
    }

    private static void tell(HttpResponse<byte[]> answer) {
        say("done", common(answer), "bytes=" + answer.body().length, "sha256=" + sha256(answer.body()));
    }

    private static void text(HttpResponse<String> answer) {
        say("done", common(answer), "text=" + answer.body().replace('\n', ' '));
    }

    private static String common(HttpResponse<?> answer) {
        return "status="
                + answer.statusCode()
                + "\tversion=" + (answer.version() == HttpClient.Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1")
                + "\treason="
                + answer.headers().firstValue("Sallyport-Reason").orElse("");
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void say(String... fields) {
        System.out.println(String.join("\t", fields));
    }
}
