package dev.sallyport.bench.soak;

/**
 * A straight line through measurements, by least squares.
 *
 * @param perMillion how much it rises in a million requests
 * @param uncertainty half the width of the 95 % confidence interval of that; infinite for less than three points
 */
record Trend(double perMillion, double uncertainty) {

    /** Two-sided 97.5 % quantiles of Student's t for 1 to 20 degrees of freedom; beyond, the normal distribution's. */
    private static final double[] T = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086
    };

    /**
     * Fits.
     *
     * @param requests how many there had been at each measurement, at least two different
     * @param values what was measured
     */
    static Trend of(double[] requests, double[] values) {
        int n = requests.length;
        double meanX = mean(requests);
        double meanY = mean(values);
        double squares = 0;
        double products = 0;
        for (int i = 0; i < n; i++) {
            squares += (requests[i] - meanX) * (requests[i] - meanX);
            products += (requests[i] - meanX) * (values[i] - meanY);
        }
        double slope = products / squares;
        double residuals = 0;
        for (int i = 0; i < n; i++) {
            double off = values[i] - meanY - slope * (requests[i] - meanX);
            residuals += off * off;
        }
        int freedom = n - 2;
        double uncertainty =
                freedom < 1 ? Double.POSITIVE_INFINITY : quantile(freedom) * Math.sqrt(residuals / freedom / squares);
        return new Trend(slope * 1e6, uncertainty * 1e6);
    }

    /** Whether it surely rises, and by more than that in a million requests. */
    boolean rises(double tolerated) {
        return perMillion - uncertainty > 0 && perMillion > tolerated;
    }

    private static double quantile(int freedom) {
        return freedom <= T.length ? T[freedom - 1] : 1.96;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
