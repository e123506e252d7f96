package dev.sallyport.contract.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sallyport.contract.audit.AuditHead;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.contract.status.Counters.LastDenied;
import dev.sallyport.contract.status.Counters.RouteTally;
import dev.sallyport.contract.status.Counters.Tally;
import dev.sallyport.contract.status.ProxyReport.ConfigState;
import dev.sallyport.contract.status.ProxyReport.CredentialState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyReportTest {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.678Z");

    private static final AuditHead HEAD = new AuditHead(4187, "5e".repeat(32));

    private static final Counters COUNTERS = new Counters(
            "e1",
            new Tally(4182, 3, 1, 4100),
            Optional.of(new LastDenied(
                    THEN, Optional.of("anthropic"), "DELETE", Optional.of("api.anthropic.com"), "MethodNotAllowed")),
            List.of(new RouteTally("anthropic", new Tally(4100, 3, 1, 4100))));

    @Test
    void readsBackAllThatItWrites() throws Exception {
        ProxyReport report = new ProxyReport(
                ProxyReport.SCHEMA,
                "4f1d",
                "1.0.0",
                THEN,
                true,
                false,
                new ConfigState(3, Optional.of("routes[0]: name: not a DNS label")),
                List.of(new CredentialState(
                        "anthropic", "api-key", CredentialState.State.RESOLVED, Optional.of("f00"), Optional.empty())),
                COUNTERS,
                HEAD);

        assertThat(StrictJson.read(StrictJson.write(report), ProxyReport.class)).isEqualTo(report);
    }

    @Test
    void aFinalReportReadsBackAllThatItWrites() throws Exception {
        FinalReport report = new FinalReport(FinalReport.SCHEMA, "4f1d", COUNTERS, HEAD);

        assertThat(StrictJson.read(StrictJson.write(report), FinalReport.class)).isEqualTo(report);
    }

    @Test
    void aCountThatIsMissingOrNegativeIsRefused() {
        for (String tally : List.of(
                "{\"allowed\":1,\"denied\":0,\"failed\":0}",
                "{\"allowed\":1,\"denied\":0,\"failed\":0,\"credentialed\":-1}",
                "{\"allowed\":1,\"denied\":0,\"failed\":0,\"credentialed\":\"1\"}")) {
            assertThatExceptionOfType(InvalidJsonException.class)
                    .isThrownBy(() -> StrictJson.read(tally.getBytes(StandardCharsets.UTF_8), Tally.class));
        }
    }
}
