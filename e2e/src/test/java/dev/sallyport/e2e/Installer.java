package dev.sallyport.e2e;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Programs that get packages. A script for each makes one fetch a package and tells the digest of the payload in it. */
enum Installer {
    PIP("index", "install", "packages.sh"),
    UV("index", "install", "packages.sh"),
    APT("debian", "update, download", "debian.sh"),
    /** Without a compiler, which the image has not. */
    CARGO("cargo", "vendor from a sparse index", "cargo.sh"),
    GO("go", "get, verify", "go.sh"),
    MVN("maven", "parent and extension of a build", "maven.sh");

    private final String site;
    private final String task;
    private final String script;

    Installer(String site, String task, String script) {
        this.site = site;
        this.task = task;
        this.script = script;
    }

    /** Of the upstream's. */
    String site() {
        return site;
    }

    String task() {
        return task;
    }

    /** Runs it, and gives what it and the script said. */
    List<String> run(ClientSandbox agent, Way way, String which) {
        String url = agent.url(way, site) + "/" + which;
        return switch (this) {
            case PIP, UV -> agent.script("agent/" + script, toString(), url + "/simple/");
            case APT, CARGO, GO -> agent.script("agent/" + script, url);
            case MVN ->
                agent.script(
                        "agent/" + script,
                        Stream.concat(Stream.of(url), proxy(agent, way).stream())
                                .toArray(String[]::new));
        };
    }

    private static List<String> proxy(ClientSandbox agent, Way way) {
        List<String> proxy = new ArrayList<>();
        if (way == Way.HTTPS_PROXY) {
            URI url = URI.create(agent.variable("HTTPS_PROXY"));
            proxy.addAll(List.of(url.getHost(), String.valueOf(url.getPort())));
            if (url.getUserInfo() != null) {
                proxy.addAll(List.of(url.getUserInfo().split(":", 2)));
            }
        }
        return proxy;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
