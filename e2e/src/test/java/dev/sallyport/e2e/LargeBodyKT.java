package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies far larger than all memory that the proxy's container may have: the kernel itself holds it to that. */
@Installed
class LargeBodyKT {

    private static final long BYTES = 4L << 30;
    private static final String MEMORY = "150M";

    private final Installation installation;

    LargeBodyKT(Installation installation) {
        this.installation = installation;
    }

    @Test
    void fourGigabytesPassEachWayThroughAProxyOf150Megabytes() {
        String namespace = installation.namespace("large");
        String host = "echo." + namespace + ".svc.cluster.local";
        String key = installation.provider().key(1);
        String image = Installation.image("demoAgent");
        Tool.Result applied = installation
                .kubectl()
                .attempt(
                        Sandbox.resource("echo/echo.yaml")
                                .replace("$IMAGE", image)
                                .replace("$HOST", host)
                                .replace("$KEY", key),
                        "-n",
                        namespace,
                        "apply",
                        "-f",
                        "-");
        assertThat(applied.exitCode()).as(applied.output()).isZero();
        installation.kubectl().run("-n", namespace, "rollout", "status", "deployment/echo", "--timeout=120s");
        installation
                .client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("echo-authority")
                        .withNamespace(namespace)
                        .endMetadata()
                        .addToData(
                                "ca.crt",
                                installation
                                        .kubectl()
                                        .run("-n", namespace, "exec", "deployment/echo", "--", "cat", "/tmp/crt"))
                        .build())
                .create();
        Sandbox sandbox = new Sandbox(installation, namespace, "large");
        sandbox.secret("echo", "api-key", key);
        sandbox.apply("sandbox/large.yaml", Map.of("IMAGE", image, "HOST", host, "MEMORY", MEMORY));
        sandbox.awaitReady();

        Tool.Result result = sandbox.exec(Sandbox.resource("agent/both_ways.py"), "python3", "-", Long.toString(BYTES));

        assertThat(result.output().strip()).isEqualTo("200 " + BYTES + " equal");
        assertThat(Counts.restarts(sandbox.pod())).isZero();
    }
}
