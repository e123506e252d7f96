package dev.sallyport.operator.dependent;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/** What the operator's watches last saw of a sandbox's own objects. May be behind the API server, never ahead. */
@FunctionalInterface
public interface Cached {

    <T extends HasMetadata> Optional<T> find(Class<T> type, String name);
}
