package dev.sallyport.sidecar.clients;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Bare repositories behind Git's smart HTTP, which {@code git http-backend} speaks. */
final class GitServer implements Web.Site {

    private final Path root;
    private final Predicate<String> authorized;
    private final CgiProgram backend;

    /**
     * A server.
     *
     * @param root where the repositories are
     * @param authorized which {@code Authorization} it takes; gets an empty text where there is none
     */
    GitServer(Path root, Predicate<String> authorized) throws IOException {
        this.root = Files.createDirectories(root);
        this.authorized = authorized;
        this.backend = new CgiProgram(
                List.of(Programs.onPath("git"), "http-backend"),
                Map.of(
                        "PATH",
                        System.getenv("PATH"),
                        "HOME",
                        root.toString(),
                        "GIT_PROJECT_ROOT",
                        root.toString(),
                        "GIT_HTTP_EXPORT_ALL",
                        "1",
                        "REMOTE_USER",
                        "agent"));
    }

    @Override
    public void answer(HttpServerRequest request) {
        String authorization =
                Optional.ofNullable(request.getHeader("Authorization")).orElse("");
        if (authorized.test(authorization)) {
            backend.answer(request, Optional.ofNullable(request.path()).orElse("/"));
        } else {
            request.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Basic realm=\"git\"")
                    .end();
        }
    }

    Path repository(String name) {
        return root.resolve(name + ".git");
    }
}
