package dev.sallyport.operator.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.operator.desired.Platform;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class OperatorOptionsTest {

    @Test
    void theDefaultsAreThoseOfTheChart() {
        OperatorOptions options = parse("--proxy-image=p:1", "--guard-image=g:1");

        Platform platform = options.platform(List.of("10.0.0.10"));

        assertThat(options.namespace).isEqualTo("sallyport-system");
        assertThat(options.namespacesToWatch()).isEmpty();
        assertThat(options.leaderElection).isTrue();
        assertThat(options.requireAllowedHosts).isFalse();
        assertThat(options.lease).isEqualTo("sallyport-operator");
        assertThat(options.signingKeySecret).isEqualTo("sallyport-operator-signing-key");
        assertThat(options.pollInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.fastPollInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(options.httpPort).isEqualTo(8080);
        assertThat(options.threads).isEqualTo(16);
        assertThat(platform.proxyImage()).isEqualTo("p:1");
        assertThat(platform.guardImage()).isEqualTo("g:1");
        assertThat(platform.guardPullPolicy()).isEqualTo("IfNotPresent");
        assertThat(platform.live()).isEmpty();
        assertThat(platform.agentResources().getRequests())
                .isEqualTo(Map.of(
                        "cpu", new Quantity("100m"),
                        "memory", new Quantity("256Mi"),
                        "ephemeral-storage", new Quantity("256Mi")));
        assertThat(platform.agentResources().getLimits())
                .isEqualTo(Map.of(
                        "cpu", new Quantity("2"),
                        "memory", new Quantity("4Gi"),
                        "ephemeral-storage", new Quantity("8Gi")));
        assertThat(platform.proxyPullPolicy()).isEqualTo("IfNotPresent");
        assertThat(platform.proxyPullSecrets()).isEmpty();
        assertThat(platform.nameservers()).containsExactly("10.0.0.10");
        assertThat(platform.dns().namespace()).isEqualTo("kube-system");
        assertThat(platform.dns().labels()).isEqualTo(Map.of("k8s-app", "kube-dns"));
        assertThat(platform.operator().namespace()).isEqualTo("sallyport-system");
        assertThat(platform.operator().labels())
                .isEqualTo(Map.of("app.kubernetes.io/name", "sallyport", "app.kubernetes.io/component", "operator"));
        assertThat(platform.proxyResources().getRequests())
                .isEqualTo(Map.of("cpu", new Quantity("50m"), "memory", new Quantity("128Mi")));
        assertThat(platform.proxyResources().getLimits())
                .isEqualTo(Map.of("cpu", new Quantity("1"), "memory", new Quantity("384Mi")));
    }

    @Test
    void aDirectoryOfProfilesAddsToTheOperatorsOwn(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("InternalTools.yaml"), "description: ours");
        OperatorOptions without = parse("--proxy-image=p:1", "--guard-image=g:1");
        OperatorOptions with = parse("--proxy-image=p:1", "--guard-image=g:1", "--profiles=" + directory);

        assertThat(without.profiles().current().profiles())
                .containsKeys("Generic", "ClaudeCode")
                .doesNotContainKey("InternalTools");
        assertThat(with.profiles().current().profiles()).containsKeys("Generic", "ClaudeCode", "InternalTools");
    }

    @Test
    void everyOptionIsTaken() {
        OperatorOptions options = parse(
                "--namespace=home",
                "--identity=me",
                "--watch-namespace=a,b",
                "--leader-election=false",
                "--lease=l",
                "--signing-key-secret=s",
                "--proxy-image=p:1",
                "--proxy-pull-policy=Never",
                "--proxy-pull-secret=login",
                "--proxy-requests=memory=1Mi",
                "--proxy-limits=memory=2Mi",
                "--guard-image=g:1",
                "--guard-pull-policy=Always",
                "--agent-requests=memory=3Mi",
                "--agent-limits=memory=4Mi",
                "--pod-ip=fd00::7",
                "--nameserver=1.1.1.1,::1",
                "--dns-namespace=dns",
                "--dns-labels=a=b,c=d",
                "--operator-labels=e=f",
                "--poll-millis=2000",
                "--fast-poll-millis=200",
                "--http-port=0",
                "--threads=2");

        Platform platform = options.platform(List.of("10.0.0.10"));

        assertThat(options.identity).isEqualTo("me");
        assertThat(options.namespacesToWatch()).containsExactly("a", "b");
        assertThat(options.leaderElection).isFalse();
        assertThat(options.lease).isEqualTo("l");
        assertThat(options.signingKeySecret).isEqualTo("s");
        assertThat(options.pollInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(options.fastPollInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(options.threads).isEqualTo(2);
        assertThat(platform.proxyPullPolicy()).isEqualTo("Never");
        assertThat(platform.proxyPullSecrets()).containsExactly(new LocalObjectReference("login"));
        assertThat(platform.guardPullPolicy()).isEqualTo("Always");
        assertThat(platform.agentResources().getRequests()).isEqualTo(Map.of("memory", new Quantity("3Mi")));
        assertThat(platform.agentResources().getLimits()).isEqualTo(Map.of("memory", new Quantity("4Mi")));
        assertThat(platform.live()).contains("[fd00::7]:0");
        assertThat(platform.nameservers()).containsExactly("1.1.1.1", "::1");
        assertThat(platform.dns().labels()).isEqualTo(Map.of("a", "b", "c", "d"));
        assertThat(platform.operator().labels()).isEqualTo(Map.of("e", "f"));
        assertThat(platform.proxyResources().getRequests()).isEqualTo(Map.of("memory", new Quantity("1Mi")));
        assertThat(platform.proxyResources().getLimits()).isEqualTo(Map.of("memory", new Quantity("2Mi")));
    }

    @Test
    void withoutANameserverThereIsNoPlatform() {
        assertThatThrownBy(() -> parse("--proxy-image=p", "--guard-image=g").platform(List.of()))
                .hasMessageContaining("nameservers");
    }

    @Test
    void nameserversAreReadFromResolvConf(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("resolv.conf"), """
                # a comment
                search team.svc.cluster.local
                nameserver 10.96.0.10
                nameserver	fe80::1%eth0
                options ndots:5
                """);

        assertThat(ResolverConfiguration.nameservers(file)).containsExactly("10.96.0.10", "fe80::1");
    }

    private static OperatorOptions parse(String... arguments) {
        OperatorOptions options = new OperatorOptions();
        new CommandLine(CommandSpec.create().addMixin("options", CommandSpec.forAnnotatedObject(options)))
                .parseArgs(arguments);
        return options;
    }
}
