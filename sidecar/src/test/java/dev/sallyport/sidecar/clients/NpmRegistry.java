package dev.sallyport.sidecar.clients;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** A registry of npm packages: what is published there can be installed from there. */
final class NpmRegistry implements Web.Site {

    private final Predicate<String> authorized;
    private final String url;
    private final Map<String, JsonObject> documents = new ConcurrentHashMap<>();
    private final Map<String, byte[]> tarballs = new ConcurrentHashMap<>();

    /**
     * A registry.
     *
     * @param authorized which {@code Authorization} it takes; gets an empty text where there is none
     * @param url its own, as it names it in what it tells of packages
     */
    NpmRegistry(Predicate<String> authorized, String url) {
        this.authorized = authorized;
        this.url = url;
    }

    @Override
    public void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String path = Optional.ofNullable(request.path()).orElse("/");
        byte[] tarball = tarballs.get(path);
        JsonObject document = documents.get(name(path));
        if (!authorized.test(
                Optional.ofNullable(request.getHeader("Authorization")).orElse(""))) {
            response.setStatusCode(401).end("{\"error\":\"unauthorized\"}");
        } else if (HttpMethod.PUT.equals(request.method())) {
            request.bodyHandler(body -> {
                publish(name(path), body.toJsonObject());
                response.setStatusCode(201).end("{\"ok\":true}");
            });
        } else if (tarball != null) {
            response.putHeader("Content-Type", "application/octet-stream").end(Buffer.buffer(tarball));
        } else if (document != null) {
            response.putHeader("Content-Type", "application/json").end(document.toBuffer());
        } else {
            response.setStatusCode(404)
                    .putHeader("Content-Type", "application/json")
                    .end("{}");
        }
    }

    /** A scoped name is one segment, its slash encoded. */
    private static String name(String path) {
        return URLDecoder.decode(path.substring(1), StandardCharsets.UTF_8);
    }

    private void publish(String name, JsonObject document) {
        JsonObject attachments = (JsonObject) document.remove("_attachments");
        for (String version : document.getJsonObject("versions").fieldNames()) {
            String path = "/" + name + "/-/" + name.substring(name.indexOf('/') + 1) + "-" + version + ".tgz";
            document.getJsonObject("versions")
                    .getJsonObject(version)
                    .getJsonObject("dist")
                    .put("tarball", url + path);
            attachments.stream()
                    .map(entry -> (JsonObject) entry.getValue())
                    .forEach(
                            attachment -> tarballs.put(path, Base64.getDecoder().decode(attachment.getString("data"))));
        }
        documents.put(name, document);
    }
}
