package dev.sallyport.sidecar.policy.when;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** A JSON array that knows how much is in it. */
final class JsonArray extends AbstractList<Object> implements Weighted, RandomAccess {

    private final List<Object> elements;
    private final long weight;

    JsonArray(List<Object> elements, long weight) {
        this.elements = elements;
        this.weight = weight;
    }

    @Override
    public long weight() {
        return weight;
    }

    @Override
    public Object get(int index) {
        return elements.get(index);
    }

    @Override
    public int size() {
        return elements.size();
    }
}
