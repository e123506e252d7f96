package dev.sallyport.standin.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final RequestHead HEAD = new RequestHead(
            "HTTP/1.1",
            false,
            null,
            1,
            "127.0.0.1:1",
            "POST",
            "/v1/messages?key=secret-in-query",
            "localhost",
            List.of(new HeaderField("X-Api-Key", "secret-in-header")),
            List.of());

    private Instant now = START;
    private final InstantSource clock = () -> now;
    private final Journal journal = new Journal(clock, 3);

    @Test
    void notesWhenEachPartCameAndWent() {
        var entry = journal.open("req_1", HEAD);
        later(10);
        entry.bodyChunk(100);
        later(10);
        entry.bodyChunk(50);
        entry.bodyComplete("abc");
        later(10);
        entry.answered(200);
        entry.event("ping", 20);
        later(10);
        entry.ended(Outcome.ANSWERED);

        var request = journal.requests().getFirst();

        assertThat(request.receivedAt()).isEqualTo(START);
        assertThat(request.bodyChunks())
                .containsExactly(new BodyChunk(START.plusMillis(10), 100), new BodyChunk(START.plusMillis(20), 50));
        assertThat(request.bodyBytes()).isEqualTo(150);
        assertThat(request.bodySha256()).isEqualTo("abc");
        assertThat(request.status()).isEqualTo(200);
        assertThat(request.events()).containsExactly(new SentEvent(START.plusMillis(30), "ping", 20));
        assertThat(request.sentBytes()).isEqualTo(20);
        assertThat(request.outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(request.endedAt()).isEqualTo(START.plusMillis(40));
    }

    @Test
    void showsARequestThatIsStillInProgress() {
        journal.open("req_1", HEAD);

        var request = journal.requests().getFirst();

        assertThat(request.outcome()).isEqualTo(Outcome.IN_PROGRESS);
        assertThat(request.status()).isNull();
        assertThat(request.endedAt()).isNull();
    }

    @Test
    void keepsTheFirstOfSeveralEnds() {
        var entry = journal.open("req_1", HEAD);

        entry.ended(Outcome.BROKEN_OFF);
        later(5);
        entry.ended(Outcome.CLIENT_GONE);

        assertThat(journal.requests().getFirst().outcome()).isEqualTo(Outcome.BROKEN_OFF);
        assertThat(journal.requests().getFirst().endedAt()).isEqualTo(START);
    }

    @Test
    void takesBackAnAnswerThatCouldNotBeDelivered() {
        var entry = journal.open("req_1", HEAD);
        var broken = journal.open("req_2", HEAD);

        entry.ended(Outcome.ANSWERED);
        entry.undelivered();
        broken.ended(Outcome.BROKEN_OFF);
        broken.undelivered();

        assertThat(journal.requests())
                .extracting(RecordedRequest::outcome)
                .containsExactly(Outcome.CLIENT_GONE, Outcome.BROKEN_OFF);
    }

    @Test
    void forgetsTheOldestWhenItIsFullAndSaysSo() {
        for (int i = 1; i <= 5; i++) {
            journal.open("req_" + i, HEAD);
        }

        var page = journal.page(0);

        assertThat(page.requests()).extracting(RecordedRequest::id).containsExactly("req_3", "req_4", "req_5");
        assertThat(page.lastSequence()).isEqualTo(5);
        assertThat(page.forgotten()).isEqualTo(2);
    }

    @Test
    void givesOutWhatCameSinceARequest() {
        for (int i = 1; i <= 3; i++) {
            journal.open("req_" + i, HEAD);
        }

        assertThat(journal.page(2).requests())
                .extracting(RecordedRequest::sequence)
                .containsExactly(3L);
        assertThat(journal.page(3).requests()).isEmpty();
    }

    @Test
    void goesOnCountingAfterItWasCleared() {
        journal.open("req_1", HEAD);
        journal.clear();
        journal.open("req_2", HEAD);

        assertThat(journal.requests()).extracting(RecordedRequest::sequence).containsExactly(2L);
        assertThat(journal.page(0).forgotten()).isZero();
    }

    @Test
    void remembersABoundedNumberOfMarksButCountsAll() {
        var entry = journal.open("req_1", HEAD);
        for (int i = 0; i < Journal.MARKS + 10; i++) {
            entry.bodyChunk(1);
            entry.event("e", 2);
        }

        var request = journal.requests().getFirst();

        assertThat(request.bodyChunks()).hasSize(Journal.MARKS);
        assertThat(request.bodyBytes()).isEqualTo(Journal.MARKS + 10);
        assertThat(request.events()).hasSize(Journal.MARKS);
        assertThat(request.eventsSent()).isEqualTo(Journal.MARKS + 10);
        assertThat(request.sentBytes()).isEqualTo(2L * (Journal.MARKS + 10));
    }

    @Test
    void remembersNothingWithoutCapacityYetServes() {
        var none = new Journal(clock, 0);

        none.open("req_1", HEAD).ended(Outcome.ANSWERED);

        assertThat(none.requests()).isEmpty();
        assertThatThrownBy(() -> new Journal(clock, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsCredentialsOutOfTheTextOfARecord() {
        journal.open("req_1", HEAD);

        var request = journal.requests().getFirst();

        assertThat(request.headerValues("x-api-key")).containsExactly("secret-in-header");
        assertThat(request.toString() + request.headers() + HEAD).doesNotContain("secret");
    }

    private void later(long millis) {
        now = now.plus(Duration.ofMillis(millis));
    }
}
