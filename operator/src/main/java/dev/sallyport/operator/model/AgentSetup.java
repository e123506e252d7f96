package dev.sallyport.operator.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a sandbox's profiles give the agent's containers, one thing said of each variable and file.
 *
 * @param profiles their names, {@code Generic} first
 * @param variables in the order in which they are set; names may differ in case alone, with the same value
 * @param baseUrls what follows the proxy's address in variables that hold a URL, by name: of those that no route names, and
 *     of those to which a profile adds a path where the route has none
 * @param keys what stands in a credential's place, by variable
 * @param files what is put into the homes
 * @param trustBundles files of the image over which what the agent trusts is mounted
 */
public record AgentSetup(
        List<String> profiles,
        List<Profile.Variable> variables,
        SortedMap<String, String> baseUrls,
        SortedMap<String, String> keys,
        List<Profile.SettingsFile> files,
        List<String> trustBundles) {

    public AgentSetup {
        profiles = List.copyOf(profiles);
        variables = List.copyOf(variables);
        baseUrls = Collections.unmodifiableSortedMap(new TreeMap<>(baseUrls));
        keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
        files = List.copyOf(files);
        trustBundles = List.copyOf(trustBundles);
    }
}
