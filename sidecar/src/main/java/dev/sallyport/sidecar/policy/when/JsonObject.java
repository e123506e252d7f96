package dev.sallyport.sidecar.policy.when;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON object that knows how much is in it. */
final class JsonObject extends AbstractMap<String, Object> implements Weighted {

    private final Map<String, Object> members;
    private final long weight;

    JsonObject(Map<String, Object> members, long weight) {
        this.members = Collections.unmodifiableMap(members);
        this.weight = weight;
    }

    @Override
    public long weight() {
        return weight;
    }

    @Override
    public @Nullable Object get(@Nullable Object name) {
        return members.get(name);
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return members.containsKey(name);
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
        return members.entrySet();
    }
}
