package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sallyport.api.v1alpha1.Placement;
import dev.sallyport.e2e.CompatibilityPage.Column;
import dev.sallyport.e2e.CompatibilityPage.Row;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which programs did their tasks with the proxy in one place, in this run: one table's columns of {@link CompatibilityPage}. */
final class Matrix {

    /** What differs from one run to the next. */
    private static final Pattern MEASURED = Pattern.compile(", -?\\d+ (ms|aside)");

    private final String heading;
    private final Placement placement;
    private final boolean update;
    private final SequencedMap<String, Program> programs = new LinkedHashMap<>();

    private record Program(String task, Map<Way, String> cells) {}

    Matrix(String heading, Placement placement) {
        this(heading, placement, Boolean.getBoolean("sallyport.compatibility.update"));
    }

    /**
     * @param update whether the page is written anew; otherwise it is held to what was seen
     */
    Matrix(String heading, Placement placement, boolean update) {
        this.heading = heading;
        this.placement = placement;
        this.update = update;
    }

    /**
     * A program has done its whole task.
     *
     * @param firstMillis how long after the upstream might send it the first event was in the program's hands; empty where
     *     nothing streams
     */
    void works(String program, String task, Way way, Seen seen, OptionalDouble firstMillis) {
        StringBuilder cell = new StringBuilder("works");
        firstMillis.ifPresent(
                millis -> cell.append(", ").append(Math.round(millis)).append(" ms"));
        if (seen.aside() > 0) {
            cell.append(", ").append(seen.aside()).append(" aside");
        }
        if (seen.lost() > 0) {
            cell.append(", ").append(seen.lost()).append(" lost");
        }
        put(program, task, way, cell.toString());
    }

    /** A program cannot do its task that way, through whatever proxy: the test ends here, as skipped. */
    void cannot(String program, String task, Way way, String reason) {
        put(program, task, way, "cannot: " + reason);
        abort(program + " by " + way + " cannot: " + reason);
    }

    private void put(String program, String task, Way way, String cell) {
        Program known = programs.computeIfAbsent(program, name -> new Program(task, new LinkedHashMap<>()));
        if (known.cells().put(way, cell) != null) {
            throw new IllegalStateException(program + " has two cells for " + way);
        }
    }

    /**
     * Prints what was seen, and writes it into the page or holds the page to it.
     *
     * @param versions by the program's name, without what follows a comma in it
     */
    void publish(Map<String, String> versions) {
        SequencedMap<String, Row> seen = new LinkedHashMap<>();
        programs.forEach((name, program) -> {
            assertThat(program.cells()).as("tried ways of %s", name).containsOnlyKeys(Way.values());
            String of = name.split(",", 2)[0];
            String version = Objects.requireNonNull(versions.get(of), () -> "no version of " + of);
            seen.put(
                    name,
                    new Row(
                            version,
                            program.task(),
                            program.cells().entrySet().stream()
                                    .collect(Collectors.toMap(
                                            cell -> new Column(cell.getKey(), placement), Map.Entry::getValue))));
        });
        seen.forEach((name, row) -> row.cells()
                .forEach((column, cell) -> System.out.printf(
                        "%-34s %-14s %-11s %-9s %s%n", name, row.version(), column.way(), placement, cell)));
        CompatibilityPage page = CompatibilityPage.read();
        SequencedMap<String, Row> documented = page.table(heading);
        if (update) {
            seen.replaceAll((name, row) -> documented.containsKey(name) ? row.over(documented.get(name)) : row);
            page.withTable(heading, seen).write();
        } else {
            assertThat(results(seen))
                    .as(
                            "%s under '%s'; to write it anew: -Dsallyport.compatibility.update",
                            CompatibilityPage.FILE, heading)
                    .isEqualTo(results(documented));
        }
    }

    /** What must be the same in each run, by program and way: neither versions nor times. */
    private Map<String, Map<Way, String>> results(Map<String, Row> rows) {
        Map<String, Map<Way, String>> results = new LinkedHashMap<>();
        rows.forEach((name, row) -> row.cells().forEach((column, cell) -> {
            if (column.placement() == placement) {
                results.computeIfAbsent(name + ": " + row.task(), key -> new LinkedHashMap<>())
                        .put(column.way(), MEASURED.matcher(cell).replaceAll(""));
            }
        }));
        return results;
    }
}
