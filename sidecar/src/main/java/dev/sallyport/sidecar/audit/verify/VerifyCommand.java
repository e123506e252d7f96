package dev.sallyport.sidecar.audit.verify;

import dev.sallyport.contract.audit.AuditHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Checks that a log is what the proxy wrote, and all of it. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Checks that a log is what the proxy wrote, and all of it.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the chain holds",
            "1:it is broken (with --strict: or there is a note)",
            "2:the input cannot be read or holds no audit record, or the command line is wrong"
        })
final class VerifyCommand implements Callable<Integer> {

    static final int OK = 0;
    static final int BROKEN = 1;
    static final int UNUSABLE = 2;

    private static final String STANDARD_INPUT = "-";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "the log's files, oldest first; none, or -: standard input")
    private List<String> files = List.of();

    @Option(names = "--strict", description = "a note is a failure too")
    private boolean strict;

    @Option(names = "--json", description = "print one JSON document")
    private boolean json;

    @Option(
            names = "--head",
            paramLabel = "SEQUENCE:HASH",
            converter = HeadConverter.class,
            description = "a line that must be in the log, from the sandbox's status")
    private @Nullable AuditHead head;

    @Option(names = "--sandbox", paramLabel = "UID", description = "the metadata.uid whose log it must be")
    private @Nullable String sandbox;

    @Override
    public Integer call() {
        ChainVerifier verifier = new ChainVerifier(Optional.ofNullable(head), Optional.ofNullable(sandbox));
        for (String file : files.isEmpty() ? List.of(STANDARD_INPUT) : files) {
            try (InputStream in = open(file)) {
                read(verifier, file, in);
            } catch (IOException e) {
                return unusable(file + ": cannot be read: " + e.getClass().getSimpleName());
            }
        }
        Summary summary = verifier.end();
        if (summary.records() == 0 && verifier.findings().breaks() == 0) {
            return unusable("no audit record among %d lines".formatted(summary.lines()));
        }
        Verification verification = Verification.of(verifier.findings(), summary, strict);
        verification.print(spec.commandLine().getOut(), json);
        return switch (verification.result()) {
            case OK -> OK;
            case BROKEN -> BROKEN;
        };
    }

    private static void read(ChainVerifier verifier, String file, InputStream in) throws IOException {
        LogLines lines = new LogLines(in);
        long number = 0;
        for (Optional<LogLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
            number++;
            verifier.line(line.get(), new Place(file, number));
        }
    }

    private static InputStream open(String file) throws IOException {
        return file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(Path.of(file));
    }

    private int unusable(String why) {
        spec.commandLine().getErr().println("sallyport-audit: " + why);
        return UNUSABLE;
    }

    static final class HeadConverter implements ITypeConverter<AuditHead> {

        @Override
        public AuditHead convert(String text) {
            try {
                return AuditHead.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
