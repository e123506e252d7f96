package dev.sallyport.operator.main;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** The operator's process. It runs until it is told to stop. */
@Command(
        name = "sallyport-operator",
        description = "Runs AgentSandboxes: agents behind a proxy that holds their credentials.",
        mixinStandardHelpOptions = true,
        versionProvider = OperatorMain.Version.class)
public final class OperatorMain implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(OperatorMain.class);

    @Mixin
    private final OperatorOptions options = new OperatorOptions();

    private OperatorMain() {}

    /** Starts the operator; the exit code is 0 after an orderly stop, 1 after a failure, 2 for wrong options. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new OperatorMain()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        Config config =
                new ConfigBuilder().withUserAgent(OperatorOptions.userAgent()).build();
        List<String> nameservers = ResolverConfiguration.nameservers(Path.of("/etc/resolv.conf"));
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        RunningOperator operator = RunningOperator.start(client, options, nameservers, Clock.systemUTC());
        log.atInfo()
                .addKeyValue("version", OperatorOptions.version())
                .addKeyValue("namespace", options.namespace)
                .addKeyValue("watching", options.namespacesToWatch())
                .addKeyValue("port", operator.httpPort())
                .log("operator started");
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            operator.close();
            client.close();
            log.atInfo().log("operator stopped");
            stopped.countDown();
        }));
        stopped.await();
        return 0;
    }

    /** What {@code --version} says. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"sallyport-operator " + OperatorOptions.version()};
        }
    }
}
