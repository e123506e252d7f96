package dev.sallyport.standin.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.standin.auth.Gate.Verdict;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final Set<Carrier> JUDGED = Set.of(Carrier.X_API_KEY, Carrier.BEARER);
    private static final Credential REAL = new Credential(Carrier.X_API_KEY, "second");

    private final Gate gate = new Gate(Keyring.of("first", "second"), JUDGED, Set.of(Carrier.X_API_KEY));

    @Test
    void opensForEachRealKey() {
        assertThat(gate.judge(List.of(REAL))).isEqualTo(new Verdict.Granted());
    }

    @Test
    void staysShutWithoutACredentialThatTheProviderReads() {
        assertThat(gate.judge(List.of())).isEqualTo(new Verdict.Missing());
        assertThat(gate.judge(List.of(new Credential(Carrier.X_GOOG_API_KEY, "first"))))
                .isEqualTo(new Verdict.Missing());
    }

    @Test
    void staysShutForAWrongKeyAndForABeginningOfARealOne() {
        for (var value : List.of("third", "firs", "first ", "FIRST", "")) {
            assertThat(gate.judge(List.of(new Credential(Carrier.X_API_KEY, value))))
                    .as(value)
                    .isEqualTo(new Verdict.Refused(Carrier.X_API_KEY));
        }
    }

    @Test
    void staysShutForARealKeyInAPlaceThatIsNotAccepted() {
        assertThat(gate.judge(List.of(new Credential(Carrier.BEARER, "first"))))
                .isEqualTo(new Verdict.Refused(Carrier.BEARER));
    }

    @Test
    void staysShutIfADummyTravelsBesideARealKey() {
        assertThat(gate.judge(List.of(REAL, new Credential(Carrier.BEARER, "dummy"))))
                .isEqualTo(new Verdict.Refused(Carrier.BEARER));
        assertThat(gate.judge(List.of(REAL, new Credential(Carrier.X_API_KEY, "dummy"))))
                .isEqualTo(new Verdict.Refused(Carrier.X_API_KEY));
    }

    @Test
    void staysShutForEveryKeyIfThereIsNone() {
        var shut = new Gate(Keyring.empty(), JUDGED, JUDGED);

        assertThat(shut.judge(List.of(new Credential(Carrier.BEARER, ""))))
                .isEqualTo(new Verdict.Refused(Carrier.BEARER));
    }
}
