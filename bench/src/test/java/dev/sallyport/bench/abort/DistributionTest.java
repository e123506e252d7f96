package dev.sallyport.bench.abort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DistributionTest {

    @Test
    void quantilesAreByNearestRank() {
        Distribution distribution = new Distribution(
                LongStream.rangeClosed(1, 1000).map(i -> 1001 - i).toArray());

        assertThat(distribution.quantile(0.5)).isEqualTo(500);
        assertThat(distribution.quantile(0.99)).isEqualTo(990);
        assertThat(distribution.quantile(0.999)).isEqualTo(999);
        assertThat(distribution.quantile(1)).isEqualTo(1000);
    }

    @Test
    void oneSampleIsEveryQuantile() {
        Distribution distribution = new Distribution(new long[] {7});

        assertThat(distribution.quantile(0.5)).isEqualTo(7);
        assertThat(distribution.quantile(0.999)).isEqualTo(7);
    }

    @Test
    void whatWasNotSeenIsTheMostAndLate() {
        Distribution distribution = new Distribution(new long[] {5, Long.MAX_VALUE, 100});

        assertThat(distribution.quantile(1)).isEqualTo(Long.MAX_VALUE);
        assertThat(distribution.atLeast(100)).isEqualTo(2);
    }

    @Test
    void noSamplesAreRefused() {
        assertThatThrownBy(() -> new Distribution(new long[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
