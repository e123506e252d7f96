package dev.sallyport.operator.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.operator.model.Profile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads a profile. */
final class ProfileDocument {

    /** Of one document. */
    static final int MOST_BYTES = 64 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    private ProfileDocument() {}

    /**
     * Reads one document of YAML 1.2, in UTF-8.
     *
     * @throws InvalidJsonException if it is not exactly one profile: unknown and duplicate keys, nulls, values of another type
     *     and aliases of collections are refused
     */
    static Profile read(byte[] yaml) throws InvalidJsonException {
        if (yaml.length > MOST_BYTES) {
            throw new InvalidJsonException("more than " + MOST_BYTES + " bytes");
        }
        try {
            Object value = new Load(settings()).loadFromString(text(yaml));
            return StrictJson.read(JSON.writeValueAsBytes(value), Profile.class);
        } catch (MarkedYamlEngineException e) {
            throw new InvalidJsonException(e.getProblem()
                    + e.getProblemMark()
                            .map(mark -> " (line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ")")
                            .orElse(""));
        } catch (YamlEngineException | JsonProcessingException e) {
            throw new InvalidJsonException("not YAML that could be a profile");
        }
    }

    /** Made anew each time: a loader's settings have state. */
    private static LoadSettings settings() {
        return LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(0)
                .setCodePointLimit(MOST_BYTES)
                .build();
    }

    private static String text(byte[] yaml) throws InvalidJsonException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(yaml))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidJsonException("not UTF-8");
        }
    }
}
