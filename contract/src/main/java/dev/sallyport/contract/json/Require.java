package dev.sallyport.contract.json;

import org.jspecify.annotations.Nullable;

/**
 * Refuses values that a record of the contract may not hold, by {@link IllegalArgumentException}. Messages start with the
 * field and never quote a value, so that they may stand in a status or a log.
 */
public final class Require {

    private Require() {}

    public static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** A value that the document left out arrives as null: Jackson knows nothing of null-marked code. */
    public static <T> T present(@Nullable T value, String field) {
        if (value == null) {
            throw new IllegalArgumentException(field + ": missing");
        }
        return value;
    }

    public static <T> T orElse(@Nullable T value, T absent) {
        return value == null ? absent : value;
    }

    public static int range(int value, int least, int most, String field) {
        that(value >= least && value <= most, field + ": not in " + least + ".." + most);
        return value;
    }

    public static long range(long value, long least, long most, String field) {
        that(value >= least && value <= most, field + ": not in " + least + ".." + most);
        return value;
    }
}
