package dev.sallyport.standin;

import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.tls.ServerCertificate;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a stand-in until it is told to stop. Exits with 2 for wrong options and with 1 if it can't start. */
@Command(
        name = "sallyport-standin",
        mixinStandardHelpOptions = true,
        description = "Acts as the upstream AI provider for tests and the demo.")
public final class Main implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--bind", defaultValue = "127.0.0.1", description = "Address to listen on (${DEFAULT-VALUE}).")
    private String bind = "";

    @Option(
            names = "--https-port",
            defaultValue = "8443",
            description = "Port for HTTPS, if there is a certificate (${DEFAULT-VALUE}; 0: any).")
    private int httpsPort;

    @Option(names = "--certificate-file", description = "Certificate chain, PEM, the leaf first.")
    private @Nullable Path certificateFile;

    @Option(names = "--private-key-file", description = "The leaf's private key, PEM (PKCS#8).")
    private @Nullable Path privateKeyFile;

    @Option(
            names = "--self-signed",
            paramLabel = "DIR",
            description = "Make a root and a certificate under it, and write the root's to DIR/ca.crt.")
    private @Nullable Path selfSigned;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "Name or address that the certificate of --self-signed is for; repeatable (localhost).")
    private List<String> hosts = List.of();

    @Option(names = "--plain-port", description = "Port for plain HTTP (none; 0: any).")
    private @Nullable Integer plainPort;

    @Option(
            names = "--control-bind",
            defaultValue = "127.0.0.1",
            description = "Address for the journal, which holds credentials as they came (${DEFAULT-VALUE}).")
    private String controlBind = "";

    @Option(names = "--control-port", defaultValue = "9900", description = "Port for the journal (${DEFAULT-VALUE}).")
    private int controlPort;

    @Option(
            names = "--anthropic-key-file",
            description = "Anthropic's real keys, one a line, read anew when the file changes.")
    private @Nullable Path anthropicKeyFile;

    @Option(
            names = "--anthropic-accept",
            paramLabel = "CARRIER",
            split = ",",
            defaultValue = "x-api-key,bearer",
            description = "How an Anthropic key may come (${DEFAULT-VALUE}).")
    private Set<String> anthropicAccept = Set.of();

    @Option(
            names = "--anthropic-token-file",
            description = "The tokens of Anthropic subscriptions, one a line; good as Bearer with their beta header.")
    private @Nullable Path anthropicTokenFile;

    @Option(
            names = "--openai-key-file",
            description = "OpenAI's real keys, one a line, read anew when the file changes.")
    private @Nullable Path openAiKeyFile;

    @Option(
            names = "--gemini-key-file",
            description = "Gemini's real keys, one a line, read anew when the file changes.")
    private @Nullable Path geminiKeyFile;

    @Option(
            names = "--event-delay",
            paramLabel = "MS",
            defaultValue = "50",
            description = "Milliseconds between two events of a stream (${DEFAULT-VALUE}).")
    private long eventDelay;

    @Option(
            names = "--journal-capacity",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many requests the journal remembers (${DEFAULT-VALUE}).")
    private int journalCapacity;

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many threads serve (${DEFAULT-VALUE}).")
    private int eventLoops;

    private Main() {}

    public static void main(String... arguments) {
        // Before the first logger is made. Not called logback.xml: this jar is also on the class path of others' tests.
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "standin-logback.xml");
        }
        int exit = run(new PrintWriter(System.err, true, StandardCharsets.UTF_8), arguments);
        if (exit != 0) {
            System.exit(exit);
        }
    }

    /** Starts a stand-in, which serves on when this returns 0. */
    static int run(PrintWriter errors, String... arguments) {
        return new CommandLine(new Main())
                .setErr(errors)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("sallyport-standin: " + e.getMessage());
                    return 1;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() {
        var standin = ProviderStandin.start(options());
        Runtime.getRuntime().addShutdownHook(new Thread(standin::close, "standin-shutdown"));
        return 0;
    }

    private StandinOptions options() {
        var certificate = certificate();
        try {
            return new StandinOptions(
                    bind,
                    certificate == null ? null : new StandinOptions.Https(httpsPort, certificate),
                    plainPort,
                    controlBind,
                    controlPort,
                    keyrings(),
                    carriers(),
                    Duration.ofMillis(eventDelay),
                    journalCapacity,
                    eventLoops);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable ServerCertificate certificate() {
        if ((certificateFile == null) != (privateKeyFile == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--certificate-file and --private-key-file need each other");
        }
        if (certificateFile != null && selfSigned != null) {
            throw new ParameterException(spec.commandLine(), "either --certificate-file or --self-signed, not both");
        }
        if (certificateFile != null && privateKeyFile != null) {
            return new ServerCertificate.Files(certificateFile, privateKeyFile);
        }
        return selfSigned == null
                ? null
                : new ServerCertificate.SelfSigned(hosts.isEmpty() ? List.of("localhost") : hosts, selfSigned);
    }

    private Map<Provider, Keyring> keyrings() {
        var keyrings = new EnumMap<Provider, Keyring>(Provider.class);
        for (var provider : Provider.values()) {
            var file =
                    switch (provider) {
                        case ANTHROPIC -> anthropicKeyFile;
                        case ANTHROPIC_TOKEN -> anthropicTokenFile;
                        case OPENAI -> openAiKeyFile;
                        case GEMINI -> geminiKeyFile;
                    };
            if (file != null) {
                keyrings.put(provider, Keyring.inFile(file, Clock.systemUTC()));
            }
        }
        return keyrings;
    }

    private Set<Carrier> carriers() {
        var carriers = new LinkedHashSet<Carrier>();
        for (var label : anthropicAccept) {
            carriers.add(StandinOptions.ANTHROPIC_CARRIERS.stream()
                    .filter(carrier -> carrier.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no such carrier: " + label)));
        }
        return carriers;
    }
}
