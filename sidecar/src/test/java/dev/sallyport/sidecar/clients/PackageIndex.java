package dev.sallyport.sidecar.clients;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** An index of Python packages (PEP 503) with one project, {@code sallyport-probe}, whose wheel has a large file in it. */
final class PackageIndex implements Web.Site {

    static final String PROJECT = "sallyport-probe";
    private static final String WHEEL = "sallyport_probe-1.0-py3-none-any.whl";

    private final Predicate<String> authorized;
    private final String files;
    private final byte[] wheel = wheel();

    /**
     * An index.
     *
     * @param authorized which {@code Authorization} it takes; gets an empty text where there is none
     * @param files the URL of its files' directory, absolute or relative to a project's page
     */
    PackageIndex(Predicate<String> authorized, String files) throws IOException {
        this.authorized = authorized;
        this.files = files;
    }

    @Override
    public void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (!authorized.test(
                Optional.ofNullable(request.getHeader("Authorization")).orElse(""))) {
            response.setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Basic realm=\"index\"")
                    .end();
            return;
        }
        switch (Optional.ofNullable(request.path()).orElse("")) {
            case "/simple/" + PROJECT + "/" ->
                response.putHeader("Content-Type", "text/html")
                        .end("<!DOCTYPE html><html><body><a href=\"" + files + WHEEL + "#sha256=" + Api.sha256(wheel)
                                + "\">" + WHEEL + "</a></body></html>");
            case "/files/" + WHEEL -> file(request);
            default -> response.setStatusCode(404).end();
        }
    }

    /** uv asks for the end of a wheel first, where its table of contents is. */
    private void file(HttpServerRequest request) {
        HttpServerResponse response = request.response()
                .putHeader("Content-Type", "application/octet-stream")
                .putHeader("Accept-Ranges", "bytes");
        int from = 0;
        int to = wheel.length;
        String range = request.getHeader("Range");
        if (range != null) {
            String[] ends = range.substring("bytes=".length()).split("-", -1);
            from = ends[0].isEmpty() ? wheel.length - Integer.parseInt(ends[1]) : Integer.parseInt(ends[0]);
            to = ends[0].isEmpty() || ends[1].isEmpty() ? wheel.length : Integer.parseInt(ends[1]) + 1;
            response.setStatusCode(206)
                    .putHeader("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + wheel.length);
        }
        if (HttpMethod.HEAD.equals(request.method())) {
            response.putHeader("Content-Length", Integer.toString(to - from)).end();
        } else {
            response.end(Buffer.buffer(wheel).slice(from, to));
        }
    }

    private static byte[] wheel() throws IOException {
        Map<String, byte[]> content = new LinkedHashMap<>();
        content.put("sallyport_probe/__init__.py", utf8("ANSWER = 42\n"));
        content.put("sallyport_probe/payload.bin", Api.PAYLOAD);
        content.put(
                "sallyport_probe-1.0.dist-info/METADATA",
                utf8("Metadata-Version: 2.1\nName: " + PROJECT + "\nVersion: 1.0\n"));
        content.put(
                "sallyport_probe-1.0.dist-info/WHEEL",
                utf8("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"));
        StringBuilder record = new StringBuilder();
        content.forEach((name, bytes) -> record.append(name + ",sha256=" + digest(bytes) + "," + bytes.length + "\n"));
        content.put("sallyport_probe-1.0.dist-info/RECORD", utf8(record + "sallyport_probe-1.0.dist-info/RECORD,,\n"));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            for (Map.Entry<String, byte[]> file : content.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
                zip.putNextEntry(entry);
                zip.write(file.getValue());
            }
        }
        return archive.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String digest(byte[] bytes) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
