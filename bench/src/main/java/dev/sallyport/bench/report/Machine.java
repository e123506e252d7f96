package dev.sallyport.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the figures were measured on. */
public final class Machine {

    private Machine() {}

    /** One line: processors, memory, kernel, Java, and how busy it is with everything that runs on it. */
    public static String line() throws IOException {
        String processor = first("/proc/cpuinfo", "^model name\\s*:\\s*(.*)$");
        double gibibytes = Long.parseLong(first("/proc/meminfo", "^MemTotal:\\s+(\\d+)")) / 1048576.0;
        return String.format(
                Locale.ROOT,
                "%d x %s, %.0f GiB, Linux %s, Java %s, load %s",
                Runtime.getRuntime().availableProcessors(),
                processor,
                gibibytes,
                System.getProperty("os.version"),
                Runtime.version(),
                load());
    }

    /** The load averages of the last 1, 5 and 15 minutes. */
    public static String load() throws IOException {
        return first("/proc/loadavg", "^(\\S+ \\S+ \\S+)");
    }

    private static String first(String file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(Files.readString(Path.of(file)));
        return matcher.find() ? matcher.group(1) : "unknown";
    }
}
