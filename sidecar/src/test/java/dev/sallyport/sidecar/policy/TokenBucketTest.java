package dev.sallyport.sidecar.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void gives_its_capacity_at_once_and_then_one_an_interval() {
        TokenBucket bucket = new TokenBucket();
        for (int i = 0; i < 60; i++) {
            assertThat(bucket.take(5 * SECOND, 60)).isZero();
        }

        assertThat(bucket.take(5 * SECOND, 60)).isEqualTo(SECOND);
        assertThat(bucket.take(6 * SECOND - 1, 60)).isEqualTo(1);
        assertThat(bucket.take(6 * SECOND, 60)).isZero();
        assertThat(bucket.take(6 * SECOND, 60)).isPositive();
    }

    @Test
    void never_gives_more_than_twice_its_capacity_in_a_minute_and_its_rate_over_time() {
        TokenBucket bucket = new TokenBucket();
        int taken = 0;
        for (long now = 0; now < 600 * SECOND; now += SECOND / 100) {
            taken += bucket.take(now, 120) == 0 ? 1 : 0;
        }

        assertThat(taken).isBetween(120 * 10, 120 * 11);
    }

    @Test
    void refills_at_a_new_rate_as_soon_as_it_is_set() {
        TokenBucket bucket = new TokenBucket();
        assertThat(bucket.take(0, 1)).isZero();
        assertThat(bucket.take(0, 1)).isPositive();

        assertThat(bucket.take(SECOND / 10, 1000)).isZero();
    }
}
