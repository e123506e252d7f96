package dev.sallyport.operator.profile;

import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.operator.model.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's own profiles and those in a directory, as kubelet mounts a ConfigMap: it puts another set of files in the place
 * of all at once. Looked at each time, since a few small files cost less than to be told of them.
 */
public final class ProfileDirectory implements Profiles {

    private static final Logger log = LoggerFactory.getLogger(ProfileDirectory.class);

    private static final String SUFFIX = ".yaml";

    /** As in the resource's schema. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?");

    private final Catalogue own;
    private final Path directory;
    private Known known = new Known(new TreeMap<>(), Optional.empty());

    /** What was read last, and what was made of it. */
    private record Known(SortedMap<String, byte[]> files, Optional<Catalogue> catalogue) {}

    /**
     * With none read yet.
     *
     * @param directory need not be there
     */
    public ProfileDirectory(BuiltInProfiles own, Path directory) {
        this.own = own.current();
        this.directory = directory;
    }

    @Override
    public synchronized Catalogue current() {
        SortedMap<String, byte[]> files;
        try {
            files = files();
        } catch (IOException e) {
            // Taken away under our eyes, in favour of others: what was read last is whole.
            log.atWarn().setCause(e).log("profiles cannot be listed");
            return known.catalogue().orElse(own);
        }
        if (known.catalogue().isPresent() && same(files, known.files())) {
            return known.catalogue().get();
        }
        Catalogue catalogue = catalogue(files);
        log.atInfo()
                .addKeyValue("profiles", catalogue.profiles().keySet())
                .addKeyValue("unreadable", catalogue.unreadable())
                .log("profiles read");
        known = new Known(files, Optional.of(catalogue));
        return catalogue;
    }

    private static boolean same(SortedMap<String, byte[]> some, SortedMap<String, byte[]> others) {
        return some.keySet().equals(others.keySet())
                && some.entrySet().stream().allMatch(file -> Arrays.equals(file.getValue(), others.get(file.getKey())));
    }

    /** By key of the ConfigMap; what kubelet has beside them begins with two dots. */
    private SortedMap<String, byte[]> files() throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        Path data = directory.resolve("..data");
        Path whole = Files.isDirectory(data) ? data.toRealPath() : directory;
        if (!Files.isDirectory(whole)) {
            return files;
        }
        try (Stream<Path> paths = Files.list(whole)) {
            for (Path path : paths.toList()) {
                String name = Objects.requireNonNull(path.getFileName()).toString();
                if (!name.startsWith("..") && Files.isRegularFile(path)) {
                    files.put(name, Files.readAllBytes(path));
                }
            }
        }
        return files;
    }

    private Catalogue catalogue(SortedMap<String, byte[]> files) {
        SortedMap<String, Profile> profiles = new TreeMap<>(own.profiles());
        SortedMap<String, String> unreadable = new TreeMap<>();
        files.forEach((file, bytes) -> {
            String name = file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
            try {
                profiles.put(name, read(file, name, bytes));
            } catch (InvalidJsonException e) {
                unreadable.put(name, String.valueOf(e.getMessage()));
            }
        });
        return new Catalogue(profiles, unreadable);
    }

    private Profile read(String file, String name, byte[] bytes) throws InvalidJsonException {
        if (!file.endsWith(SUFFIX) || !NAME.matcher(name).matches()) {
            throw new InvalidJsonException("its key is not NAME.yaml, of letters, digits and hyphens");
        }
        Optional<String> taken =
                own.profiles().keySet().stream().filter(name::equalsIgnoreCase).findFirst();
        if (taken.isPresent()) {
            throw new InvalidJsonException("the name " + taken.get() + " is the operator's own");
        }
        return ProfileDocument.read(bytes);
    }
}
