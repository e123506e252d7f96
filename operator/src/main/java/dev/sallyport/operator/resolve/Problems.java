package dev.sallyport.operator.resolve;

import dev.sallyport.operator.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** All that is wrong with one resource, in the order in which it was found. */
final class Problems {

    private final List<Problem> found = new ArrayList<>();

    void add(Problem problem) {
        found.add(problem);
    }

    int count() {
        return found.size();
    }

    List<Problem> all() {
        return List.copyOf(found);
    }

    /**
     * What the contract's own records make of it: their constructors are the check.
     *
     * @return empty: it was refused, and that is one problem more
     */
    <T> Optional<T> attempt(String path, String remedy, Supplier<? extends T> make) {
        try {
            return Optional.of(make.get());
        } catch (IllegalArgumentException e) {
            add(Problem.invalid(path, String.valueOf(e.getMessage()), remedy));
            return Optional.empty();
        }
    }
}
