package dev.sallyport.operator.profile;

import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.operator.model.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The operator's own. */
public final class BuiltInProfiles implements Profiles {

    /** Each a file {@code NAME.yaml} beside this class. */
    static final List<String> NAMES = List.of(
            "Generic",
            "SystemTrust",
            "ClaudeCode",
            "Codex",
            "GeminiCli",
            "OpenCode",
            "Aider",
            "Goose",
            "CopilotCli",
            "OpenHands");

    private final Catalogue catalogue;

    private BuiltInProfiles(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /**
     * Reads them.
     *
     * @throws IllegalStateException if the program is not whole
     */
    public static BuiltInProfiles read() {
        SortedMap<String, Profile> profiles = new TreeMap<>();
        for (String name : NAMES) {
            profiles.put(name, profile(name));
        }
        return new BuiltInProfiles(new Catalogue(profiles, new TreeMap<>()));
    }

    @Override
    public Catalogue current() {
        return catalogue;
    }

    private static Profile profile(String name) {
        try {
            return ProfileDocument.read(bytes(name));
        } catch (InvalidJsonException e) {
            throw new IllegalStateException(name + ": " + e.getMessage(), e);
        }
    }

    static byte[] bytes(String name) {
        try (InputStream in = BuiltInProfiles.class.getResourceAsStream(name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("there is no " + name + ".yaml");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
