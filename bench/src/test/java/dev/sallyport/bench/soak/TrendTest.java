package dev.sallyport.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TrendTest {

    private static final double[] REQUESTS = {100_000, 200_000, 300_000, 400_000, 500_000};

    @Test
    void aSteadyRiseIsFoundExactly() {
        double[] values = {10.1, 10.2, 10.3, 10.4, 10.5};

        Trend trend = Trend.of(REQUESTS, values);

        assertThat(trend.perMillion()).isCloseTo(1.0, within(1e-9));
        assertThat(trend.uncertainty()).isCloseTo(0.0, within(1e-6));
        assertThat(trend.rises(0.5)).isTrue();
    }

    @Test
    void theIntervalIsThatOfTheTextbook() {
        double[] values = {1, 2, 1.3, 3.75, 2.25};

        Trend trend = Trend.of(REQUESTS, values);

        // Slope 0.425 a step, standard error 0.305, t 3.182 for 3 degrees of freedom.
        assertThat(trend.perMillion()).isCloseTo(4.25, within(1e-9));
        assertThat(trend.uncertainty()).isCloseTo(10 * 3.182 * 0.305, within(1e-3));
    }

    @Test
    void noiseIsNoRise() {
        double[] values = {30, 34, 29, 33, 31};

        Trend trend = Trend.of(REQUESTS, values);

        assertThat(trend.rises(0.5)).isFalse();
    }

    @Test
    void aRiseWithinWhatIsToleratedIsNone() {
        double[] values = {10.01, 10.02, 10.03, 10.04, 10.05};

        Trend trend = Trend.of(REQUESTS, values);

        assertThat(trend.rises(0.5)).isFalse();
    }

    @Test
    void whatFallsDoesNotRise() {
        double[] values = {15, 14, 13, 12, 11};

        Trend trend = Trend.of(REQUESTS, values);

        assertThat(trend.rises(0.5)).isFalse();
    }

    @Test
    void twoPointsSayNothing() {
        Trend trend = Trend.of(new double[] {1, 2}, new double[] {1, 100});

        assertThat(trend.rises(0)).isFalse();
    }
}
