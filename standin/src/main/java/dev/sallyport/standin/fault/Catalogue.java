package dev.sallyport.standin.fault;

import java.util.List;
import java.util.Map;

/** Every way to fail. */
final class Catalogue {
    static final List<Fault> FAULTS = List.of(
            new Fault("close", "closes the connection without an answer", Map.of(), WireFaults::close),
            new Fault(
                    "reset",
                    "streams some events of a message, then resets the connection (HTTP/2: the stream)",
                    Map.of(Form.PARAMETER, "", "after", "3", "delay", "20"),
                    WireFaults::reset),
            new Fault(
                    "unfinished",
                    "streams some events of a message, then closes without the end of the body",
                    Map.of(Form.PARAMETER, "", "after", "3", "delay", "0"),
                    WireFaults::unfinished),
            new Fault(
                    "short-body",
                    "declares a content-length and ends before it is reached",
                    Map.of("declared", "1000", "sent", "10"),
                    WireFaults::shortBody),
            new Fault(
                    "raw",
                    "writes these bytes (in URL-safe base64) as they are and closes; HTTP/1.1 only",
                    Map.of("base64", "SFRUUC8xLjEgT0sNCg0K"),
                    WireFaults::raw),
            new Fault(
                    "slow-head", "answers after a while", Map.of("delay", "2000", "code", "200"), TimeFaults::slowHead),
            new Fault("hang", "reads everything and never answers", Map.of(), TimeFaults::hang),
            new Fault(
                    "hang-stream",
                    "streams some events of a message, then nothing",
                    Map.of(Form.PARAMETER, "", "after", "3", "delay", "0"),
                    TimeFaults::hangStream),
            new Fault("trickle", "answers byte by byte", Map.of("bytes", "20", "interval", "100"), TimeFaults::trickle),
            new Fault(
                    "stall-read",
                    "leaves the body unread for a while, then answers how long it was",
                    Map.of("hold", "2000"),
                    TimeFaults::stallRead),
            new Fault(
                    "early-answer",
                    "answers while the body is unread, and closes or goes on to read it",
                    Map.of("code", "413", "close", "yes"),
                    TimeFaults::earlyAnswer),
            new Fault(
                    "status",
                    "answers with a status",
                    Map.of("code", "500", "body", "failed on demand", "retry-after", ""),
                    AnswerFaults::status),
            new Fault(
                    "rate-limit",
                    "answers 429 in the provider's form",
                    Map.of(Form.PARAMETER, "", "retry-after", "1"),
                    AnswerFaults::rateLimit),
            new Fault(
                    "overloaded",
                    "answers 529 (not Anthropic: 503) in the provider's form",
                    Map.of(Form.PARAMETER, "", "retry-after", ""),
                    AnswerFaults::overloaded),
            new Fault(
                    "error-event",
                    "streams some events of a message, then the event that says overloaded",
                    Map.of(Form.PARAMETER, "", "after", "3", "delay", "0"),
                    AnswerFaults::errorEvent),
            new Fault(
                    "redirect",
                    "sends the client elsewhere",
                    Map.of("to", "/reflect", "code", "307"),
                    AnswerFaults::redirect),
            new Fault(
                    "huge-headers",
                    "answers with many long header fields",
                    Map.of("count", "100", "bytes", "8192"),
                    AnswerFaults::hugeHeaders),
            new Fault(
                    "encoded",
                    "answers with the request's reflection, compressed whatever the request accepts",
                    Map.of("coding", "gzip"),
                    AnswerFaults::encoded),
            new Fault(
                    "flood",
                    "answers with so many bytes, as fast as they go",
                    Map.of("bytes", "1000000000"),
                    AnswerFaults::flood));

    private Catalogue() {}
}
