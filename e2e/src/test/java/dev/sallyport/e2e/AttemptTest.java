package dev.sallyport.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AttemptTest {

    @Test
    void theDocumentationNamesEachAttemptAndNoOther() throws IOException {
        List<String> documentation = Files.readAllLines(Path.of("../docs/security.md"));

        Attempt.all().stream()
                .collect(Collectors.groupingBy(
                        Attempt::section, Collectors.mapping(Attempt::name, Collectors.joining("; "))))
                .forEach((section, names) -> assertThat(documentation)
                        .anyMatch(line -> line.startsWith("| " + section + " | " + names + " | ")));
    }

    @Test
    void attemptsHaveNamesOfTheirOwn() {
        assertThat(Attempt.all().stream().map(Attempt::key))
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(40);
    }
}
