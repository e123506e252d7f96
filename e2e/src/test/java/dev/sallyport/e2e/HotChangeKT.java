package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Routes and keys change while the agent works: no restart, no broken stream, no request with half of each. */
@Installed
class HotChangeKT {

    private final Installation installation;

    /** A word a second: longer than kubelet takes to refresh a Secret. */
    private static final String LONG_TURN = "count to 100 every 1000 ms";

    HotChangeKT(Installation installation) {
        this.installation = installation;
    }

    @Test
    void aKeyAndARouteChangeWhileAStreamRuns() throws Exception {
        Sandbox sandbox = new Sandbox(installation, installation.namespace("hot"), "hot");
        sandbox.secret("anthropic", "api-key", installation.provider().key(1));
        sandbox.apply("sandbox/demo.yaml", Map.of("IMAGE", Installation.image("demoAgent")));
        sandbox.awaitReady();
        Pod pod = sandbox.pod();
        long before = installation.provider().lastSequence();

        // A thread of its own: the Kubernetes client needs the common pool.
        FutureTask<Tool.Result> stream =
                new FutureTask<>(() -> sandbox.exec(Sandbox.resource("agent/turn.py"), "python3", "-", LONG_TURN));
        Thread.ofVirtual().start(stream);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !installation.provider().requestsAfter(before).isEmpty());

        assertThat(sandbox.shell("curl -s -o /dev/null -w '%{http_code}' $ANTHROPIC_BASE_URL/reflect"))
                .isEqualTo("403");
        sandbox.patch("""
                {"spec":{"routes":[{"name":"anthropic","hosts":["provider.provider.svc.cluster.local:8443"],
                "addresses":"Private","tls":{"caConfigMapRef":{"name":"provider-authority","key":"ca.crt"}},
                "credential":{"header":{"name":"x-api-key","secretKeyRef":{"name":"anthropic","key":"api-key"}}},
                "baseUrl":{"env":"ANTHROPIC_BASE_URL"},
                "rules":[{"methods":["GET","POST"],"paths":["/v1/**","/reflect"]}]}]}}
                """);
        await("the new route")
                .atMost(Duration.ofSeconds(30))
                .until(() -> sandbox.shell("curl -s -o /dev/null -w '%{http_code}' $ANTHROPIC_BASE_URL/reflect")
                        .equals("200"));
        assertThat(stream.isDone())
                .as("the stream has ended before the route changed")
                .isFalse();

        sandbox.secret("anthropic", "api-key", installation.provider().key(2));
        await("the new key").atMost(Duration.ofSeconds(100)).until(() -> {
            long mark = installation.provider().lastSequence();
            sandbox.shell("curl -sS -o /dev/null -H anthropic-version:2023-06-01 $ANTHROPIC_BASE_URL/v1/models");
            JsonNode seen = installation.provider().awaitRequestsAfter(mark, 1).getFirst();
            return seen.at("/credentials/0/line").asInt() == 2;
        });
        assertThat(stream.isDone())
                .as("the stream has ended before the key changed")
                .isFalse();

        Tool.Result streamed = stream.get();
        assertThat(streamed.exitCode()).as(streamed.output()).isZero();
        assertThat(new ObjectMapper().readTree(streamed.output()).get("text").asText())
                .as("the stream that began with the old key ended whole")
                .contains("99")
                .contains("100");
        assertThat(sandbox.pod().getMetadata().getUid())
                .isEqualTo(pod.getMetadata().getUid());
        assertThat(Counts.restarts(sandbox.pod())).isZero();
    }
}
