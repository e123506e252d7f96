package dev.sallyport.api.v1alpha1;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists for which absence and emptiness mean the same. */
final class Absent {
    private Absent() {}

    static <T> List<T> asEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
