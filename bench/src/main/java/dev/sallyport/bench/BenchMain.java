package dev.sallyport.bench;

import dev.sallyport.bench.abort.AbortBench;
import dev.sallyport.bench.memory.MemoryBench;
import dev.sallyport.bench.soak.SoakBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Chooses the bench. Exits with 1 if one could not be carried through or found what must not be, with 2 for wrong options. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        description = "Measures the proxy as a process of its own.",
        subcommands = {MemoryBench.class, SoakBench.class, AbortBench.class})
public final class BenchMain {

    private BenchMain() {}

    /** Runs one. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchMain()).execute(args));
    }
}
