package dev.sallyport.operator.profile;

import dev.sallyport.operator.model.Profile;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What there is.
 *
 * @param profiles by name
 * @param unreadable what is wrong with the others, by name; no name of these is in {@code profiles}
 */
public record Catalogue(SortedMap<String, Profile> profiles, SortedMap<String, String> unreadable) {

    public Catalogue {
        SortedMap<String, String> wrong = new TreeMap<>(unreadable);
        SortedMap<String, Profile> right = new TreeMap<>(profiles);
        right.keySet().removeAll(wrong.keySet());
        profiles = Collections.unmodifiableSortedMap(right);
        unreadable = Collections.unmodifiableSortedMap(wrong);
    }
}
