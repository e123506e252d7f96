package dev.sallyport.operator.resolve;

import java.util.ArrayList;
import java.util.List;

/** Which places in a container's file system are Sallyport's. */
final class MountPaths {

    /** In most images one is a link to the other. */
    private static final List<List<String>> OURS =
            List.of(List.of("run", "sallyport"), List.of("var", "run", "sallyport"));

    private MountPaths() {}

    /** Whether a volume that is mounted there would take the place of the certificates, or of a part of them. */
    static boolean areSallyports(String mountPath) {
        List<String> segments = new ArrayList<>();
        for (String segment : mountPath.split("/", -1)) {
            switch (segment) {
                case "", "." -> {}
                case ".." -> {
                    if (!segments.isEmpty()) {
                        segments.removeLast();
                    }
                }
                default -> segments.add(segment);
            }
        }
        return OURS.stream()
                .anyMatch(ours -> segments.size() >= ours.size()
                        && segments.subList(0, ours.size()).equals(ours));
    }
}
