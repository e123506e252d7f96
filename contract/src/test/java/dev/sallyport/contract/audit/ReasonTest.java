package dev.sallyport.contract.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonTest {

    @ParameterizedTest
    @EnumSource
    void isFoundByItsCodeWhichIsPascalCase(Reason reason) {
        assertThat(reason.code()).matches("([A-Z][a-z]+)+");
        assertThat(Reason.ofCode(reason.code())).isSameAs(reason);
    }

    @ParameterizedTest
    @EnumSource
    void aRefusalIsTheClientsOrTheProxysAndAFailureIsTheUpstreams(Reason reason) {
        switch (reason.outcome()) {
            case DENIED -> assertThat(reason.status()).isIn(400, 401, 403, 407, 413, 414, 421, 429, 431, 503);
            case FAILED -> assertThat(reason.status()).isIn(499, 500, 502, 503, 504);
        }
    }

    @Test
    void anUnknownCodeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Reason.ofCode("methodNotAllowed"));
    }
}
