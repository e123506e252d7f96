package dev.sallyport.sidecar.audit.verify;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line of the audit log's reader. */
@Command(
        name = "sallyport-audit",
        mixinStandardHelpOptions = true,
        versionProvider = AuditMain.Version.class,
        subcommands = VerifyCommand.class,
        description = "Reads the audit log of a Sallyport proxy.")
public final class AuditMain {

    private AuditMain() {}

    /** Runs a subcommand and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The command line, for a caller that does not want its process ended. */
    public static CommandLine commandLine() {
        return new CommandLine(new AuditMain());
    }

    /** The release, from the archive's manifest. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = AuditMain.class.getPackage().getImplementationVersion();
            return new String[] {"sallyport-audit " + (version == null ? "development" : version)};
        }
    }
}
