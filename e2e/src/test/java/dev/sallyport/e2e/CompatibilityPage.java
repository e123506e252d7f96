package dev.sallyport.e2e;

import dev.sallyport.api.v1alpha1.Placement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The page of the documentation that says which programs work: under each heading a table of programs by way in and placement.
 * The tests write the tables and read them again; the words around them are anybody's.
 *
 * @param lines of the whole page
 */
record CompatibilityPage(List<String> lines) {

    static final Path FILE = Path.of("../docs/compatibility.md");

    private static final List<String> HEAD = List.of(
            "program",
            "version",
            "its task",
            "base URL, sidecar",
            "base URL, paired pod",
            "`HTTPS_PROXY`, sidecar",
            "`HTTPS_PROXY`, paired pod");

    /**
     * A program.
     *
     * @param version as the program itself says
     * @param task what it did
     * @param cells what that came to, by the column; one that is missing has not been tried
     */
    record Row(String version, String task, Map<Column, String> cells) {

        Row {
            cells = Map.copyOf(cells);
        }

        /** This one, with those cells of another that it has not, or not anew. */
        Row over(Row older) {
            Map<Column, String> all = new LinkedHashMap<>(older.cells());
            all.putAll(cells);
            return new Row(version, task, all);
        }
    }

    /** How a program came to a proxy, and where that was. */
    record Column(Way way, Placement placement) {

        private int number() {
            int ofWay =
                    switch (way) {
                        case BASE_URL -> 3;
                        case HTTPS_PROXY -> 5;
                    };
            return switch (placement) {
                case Sidecar -> ofWay;
                case PairedPod -> ofWay + 1;
            };
        }
    }

    static CompatibilityPage read() {
        try {
            return new CompatibilityPage(Files.readAllLines(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write() {
        try {
            Files.write(FILE, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of all tables. */
    List<String> headings() {
        return lines.stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3))
                .toList();
    }

    /** The programs under a heading, in the page's order. */
    SequencedMap<String, Row> table(String heading) {
        SequencedMap<String, Row> rows = new LinkedHashMap<>();
        List<String> table = lines.subList(begin(heading), end(heading));
        for (String line : table.subList(Math.min(2, table.size()), table.size())) {
            List<String> fields = fields(line);
            Map<Column, String> cells = new LinkedHashMap<>();
            for (Way way : Way.values()) {
                for (Placement placement : Placement.values()) {
                    Column column = new Column(way, placement);
                    if (!fields.get(column.number()).isEmpty()) {
                        cells.put(column, fields.get(column.number()));
                    }
                }
            }
            rows.put(fields.get(0), new Row(fields.get(1), fields.get(2), cells));
        }
        return rows;
    }

    /** The page with other programs under a heading. */
    CompatibilityPage withTable(String heading, Map<String, Row> rows) {
        List<String> page = new ArrayList<>(lines.subList(0, begin(heading)));
        page.add(line(HEAD));
        page.add("|---".repeat(HEAD.size()) + "|");
        rows.forEach((program, row) -> {
            String[] fields = new String[HEAD.size()];
            Arrays.fill(fields, "");
            fields[0] = program;
            fields[1] = row.version();
            fields[2] = row.task();
            row.cells().forEach((column, cell) -> fields[column.number()] = cell);
            page.add(line(List.of(fields)));
        });
        page.addAll(lines.subList(end(heading), lines.size()));
        return new CompatibilityPage(List.copyOf(page));
    }

    private int begin(String heading) {
        int at = lines.indexOf("## " + heading);
        if (at < 0) {
            throw new IllegalArgumentException(FILE + " has no heading: " + heading);
        }
        int next = at + 1;
        while (next < lines.size()
                && !lines.get(next).startsWith("|")
                && !lines.get(next).startsWith("#")) {
            next++;
        }
        if (next == lines.size() || lines.get(next).startsWith("#")) {
            throw new IllegalArgumentException(FILE + " has no table under: " + heading);
        }
        return next;
    }

    private int end(String heading) {
        int at = begin(heading);
        while (at < lines.size() && lines.get(at).startsWith("|")) {
            at++;
        }
        return at;
    }

    private static String line(List<String> fields) {
        for (String field : fields) {
            if (field.contains("|") || field.contains("\n")) {
                throw new IllegalArgumentException("not for a table: " + field);
            }
        }
        return "| " + String.join(" | ", fields) + " |";
    }

    private static List<String> fields(String line) {
        List<String> fields = Arrays.stream(line.substring(1).split("\\|", -1))
                .map(String::strip)
                .toList();
        if (fields.size() != HEAD.size() + 1) {
            throw new IllegalArgumentException("not a row of " + HEAD + ": " + line);
        }
        return fields.subList(0, HEAD.size());
    }
}
