package dev.sallyport.sidecar.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** However an answer is cut into reads, and whenever its reader pauses, it is read the same, and as it was meant. */
class ResponseParserPropertyTest {

    /** What was meant, and how it is written. */
    record Answer(String text, List<String> meant) {}

    @Property
    void an_answer_is_read_as_it_was_meant(@ForAll("answers") Answer answer) {
        assertThat(ReadAnswer.whole("GET", bytes(answer)).events()).isEqualTo(answer.meant());
    }

    @Property
    void it_does_not_matter_how_it_is_cut_nor_when_its_reader_pauses(
            @ForAll("answers") Answer answer, @ForAll Random random) {
        assertThat(ReadAnswer.inParts("GET", bytes(answer), random).events()).isEqualTo(answer.meant());
    }

    @Property
    void one_wrong_byte_is_no_answer_or_another_one_but_read_the_same_in_parts(
            @ForAll("answers") Answer answer, @ForAll Random random) {
        byte[] bytes = bytes(answer);
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);

        assertThat(ReadAnswer.inParts("GET", bytes, random).events())
                .isEqualTo(ReadAnswer.whole("GET", bytes).events());
    }

    @Provide
    Arbitrary<Answer> answers() {
        Arbitrary<List<String>> fields = Combinators.combine(
                        Arbitraries.strings()
                                .withChars("abcXYZ019!#$%&'*+-.^_`|~")
                                .ofMinLength(1)
                                .ofMaxLength(12)
                                .map(name -> "x-" + name),
                        Arbitraries.strings()
                                .withCharRange('!', '~')
                                .withChars(" \t\u00e9\u00ff")
                                .ofMaxLength(20)
                                .map(ResponseParserPropertyTest::withoutBlanks))
                .as((name, value) -> name + ": " + value)
                .list()
                .ofMaxSize(5);
        Arbitrary<String> body =
                Arbitraries.strings().withCharRange('\u0000', '\u00ff').ofMaxLength(200);
        Arbitrary<List<String>> chunks = Arbitraries.strings()
                .withCharRange('\u0000', '\u00ff')
                .ofMinLength(1)
                .ofMaxLength(60)
                .list()
                .ofMaxSize(4);
        Arbitrary<List<Integer>> interim =
                Arbitraries.of(100, 102, 103, 199).list().ofMaxSize(2);
        Arbitrary<Answer> ofLength = Combinators.combine(interim, fields, body)
                .as((before, head, text) ->
                        answer(before, 200, head, "Content-Length: " + text.length(), text, text, List.of()));
        Arbitrary<Answer> toEnd = Combinators.combine(interim, fields, body)
                .as((before, head, text) -> answer(before, 404, head, "", text, text, List.of()));
        Arbitrary<Answer> chunked = Combinators.combine(interim, fields, chunks, fields)
                .as((before, head, parts, trailers) -> {
                    StringBuilder written = new StringBuilder();
                    for (String part : parts) {
                        written.append(Integer.toHexString(part.length()))
                                .append(";x=\"y\"\r\n")
                                .append(part)
                                .append("\r\n");
                    }
                    written.append("0\r\n");
                    trailers.forEach(line -> written.append(line).append("\r\n"));
                    return answer(
                            before,
                            500,
                            head,
                            "Transfer-Encoding: chunked",
                            written + "\r\n",
                            String.join("", parts),
                            trailers);
                });
        return Arbitraries.oneOf(ofLength, toEnd, chunked);
    }

    private static Answer answer(
            List<Integer> interim,
            int status,
            List<String> fields,
            String framing,
            String written,
            String body,
            List<String> trailers) {
        StringBuilder text = new StringBuilder();
        List<String> meant = new java.util.ArrayList<>();
        for (int each : interim) {
            // It has no body, whatever it says (RFC 9112, section 6.3).
            String said = each == 103 ? "Content-Length: 7\r\nTransfer-Encoding: chunked\r\n" : "";
            text.append("HTTP/1.1 ")
                    .append(each)
                    .append(" Wait\r\n")
                    .append(said)
                    .append("X-Interim: y\r\n\r\n");
            meant.add("reason Wait");
            meant.add("head " + each + " [X-Interim: y]");
        }
        List<String> all = new java.util.ArrayList<>(fields);
        if (!framing.isEmpty()) {
            all.add(framing);
        }
        text.append("HTTP/1.1 ").append(status).append(" A reason\r\n");
        all.forEach(line -> text.append(line).append("\r\n"));
        text.append("\r\n").append(written);
        meant.add("reason A reason");
        meant.add("head " + status + " " + all);
        if (!body.isEmpty()) {
            meant.add("body " + body);
        }
        meant.add("end " + trailers);
        return new Answer(text.toString(), meant);
    }

    private static String withoutBlanks(String value) {
        return value.replaceAll("^[ \t]+|[ \t]+$", "");
    }

    private static byte[] bytes(Answer answer) {
        return answer.text().getBytes(StandardCharsets.ISO_8859_1);
    }
}
