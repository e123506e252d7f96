package dev.sallyport.sidecar.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line: files, standard input, exit codes and what is printed. */
class VerifyCommandIT {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void several_files_are_one_log_and_findings_name_the_file() throws Exception {
        List<String> lines = SampleLog.ofRequests(10).lines();
        lines.set(7, lines.get(7).replace("/v1/messages", "/v2/messages"));
        Path older = file("older", lines.subList(0, 5));
        Path newer = file("newer", lines.subList(5, 12));

        int exit = verify(older.toString(), newer.toString());

        assertThat(exit).isEqualTo(1);
        assertThat(out.toString())
                .startsWith(newer + ":3: broken: Changed: the line was changed")
                .contains("broken: 12 records, 10 requests (3 allowed, 2 denied, 2 failed, 3 would be denied)");
    }

    @Test
    void a_whole_log_exits_with_0_and_tells_its_head() throws Exception {
        SampleLog log = SampleLog.ofRequests(4);

        int exit = verify(file("log", log.lines()).toString());

        assertThat(exit).isZero();
        assertThat(out.toString())
                .startsWith("ok: 6 records, 4 requests")
                .contains("first: number 1 at 2026-11-23T14:24:33.674733090Z", "head: " + log.head());
    }

    @Test
    void a_note_is_a_failure_only_where_it_is_to_be_one() throws Exception {
        List<String> lines = SampleLog.ofRequests(4).lines();
        String file = file("log", lines.subList(2, 6)).toString();

        assertThat(verify(file)).isZero();
        assertThat(verify("--strict", file)).isEqualTo(1);
        assertThat(out.toString()).contains(file + ":1: note: BeginsInTheMiddle: the log begins with number 3");
    }

    @Test
    void the_head_is_checked() throws Exception {
        SampleLog log = SampleLog.ofRequests(4);
        String file = file("log", log.lines().subList(0, 4)).toString();

        assertThat(verify("--head", log.head().toString(), file)).isEqualTo(1);
        assertThat(verify("--head", "4:" + SampleLog.hash(log.lines().get(3)), file))
                .isZero();
        assertThat(verify("--head", "4:abc", file)).isEqualTo(2);
    }

    @Test
    void the_json_output_is_one_document() throws Exception {
        List<String> lines = SampleLog.ofRequests(4).lines();
        lines.remove(3);

        int exit = verify("--json", file("log", lines).toString());

        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(exit).isEqualTo(1);
        assertThat(document.path("result").asText()).isEqualTo("Broken");
        assertThat(document.at("/findings/0/kind").asText()).isEqualTo("Missing");
        assertThat(document.at("/findings/0/place/line").asInt()).isEqualTo(4);
        assertThat(document.at("/summary/decisions/Allowed").asInt()).isEqualTo(1);
    }

    @Test
    void the_example_in_the_docs_holds_and_what_they_show_of_a_changed_one_is_what_is_printed() throws Exception {
        Path example = Path.of("..", "docs", "examples", "audit.jsonl");
        Path changed = Files.writeString(
                directory.resolve("audit.log"), Files.readString(example).replace("file_011", "file_012"));

        assertThat(verify(example.toString())).isZero();
        out.getBuffer().setLength(0);
        assertThat(verify(changed.toString())).isEqualTo(1);

        assertThat(Files.readString(Path.of("..", "docs", "audit.md")))
                .contains("```\n" + out.toString().replace(changed.toString(), "audit.log") + "```\n");
    }

    @Test
    void what_cannot_be_read_or_holds_no_record_exits_with_2() throws Exception {
        assertThat(verify(directory.resolve("none").toString())).isEqualTo(2);
        assertThat(verify(file("other", List.of("hello")).toString())).isEqualTo(2);
        assertThat(verify("--no-such-option")).isEqualTo(2);
        assertThat(err.toString()).contains("cannot be read", "no audit record among 1 lines");
        assertThat(out.toString()).isEmpty();
    }

    /** Small pages of a log that is far larger than the memory of the process that reads it. */
    @Test
    void a_log_from_standard_input_is_read_in_constant_memory() throws Exception {
        List<String> lines = SampleLog.ofRequests(60_000).lines();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx12m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AuditMain.class.getName(),
                        "verify",
                        "-")
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            for (String line : lines) {
                in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } finally {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }

        assertThat(directory.resolve("err")).isEmptyFile();
        assertThat(directory.resolve("out")).content().startsWith("ok: 60002 records, 60000 requests");
        assertThat(process.exitValue()).isZero();
    }

    private Path file(String name, List<String> lines) throws IOException {
        return Files.writeString(directory.resolve(name), SampleLog.text(lines));
    }

    private int verify(String... arguments) {
        CommandLine commandLine =
                AuditMain.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 1];
        all[0] = "verify";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return commandLine.execute(all);
    }
}
