package dev.sallyport.bench.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A Markdown table. The first column is text, the others are figures; each row is printed when it is there. */
public final class Table {

    private final PrintStream out;
    private final List<Integer> widths = new ArrayList<>();

    /** Prints the head. */
    public Table(PrintStream out, String... columns) {
        this.out = out;
        for (String column : columns) {
            widths.add(column.length());
        }
        row(columns);
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < columns.length; i++) {
            rule.append(i == 0 ? " " : "-").append("-".repeat(widths.get(i))).append(i == 0 ? " |" : ":|");
        }
        out.println(rule);
    }

    /** Prints a row. */
    public void row(String... cells) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < cells.length; i++) {
            String format = " %" + (i == 0 ? "-" : "") + widths.get(i) + "s |";
            line.append(String.format(Locale.ROOT, format, cells[i]));
        }
        out.println(line);
        out.flush();
    }

    /** Bytes as mebibytes. */
    public static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
    }

    /** Nanoseconds as seconds. */
    public static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e9);
    }

    /** Nanoseconds as milliseconds. */
    public static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
    }
}
