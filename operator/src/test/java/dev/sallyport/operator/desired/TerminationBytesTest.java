package dev.sallyport.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TerminationBytesTest {

    @ParameterizedTest
    @CsvSource({"1, 4096", "3, 2457", "7, 1365", "64, 256"})
    void allMessagesOfAPodFitIntoWhatKubeletLeavesThemAlsoWhenTwoContainersAreAdded(int containers, int bytes) {
        assertThat(TerminationBytes.each(containers)).isEqualTo(Integer.toString(bytes));
    }
}
