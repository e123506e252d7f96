package dev.sallyport.contract.json;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sallyport.contract.audit.AuditRecord;
import dev.sallyport.contract.config.ProxyConfig;
import dev.sallyport.contract.status.EgressFinding;
import dev.sallyport.contract.status.FinalReport;
import dev.sallyport.contract.status.ProxyReport;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A document is one of the contract's records as any reader of JSON would find it, or it is refused in the one way. */
class StrictJsonFuzz {

    private static final List<Class<?>> TYPES =
            List.of(ProxyConfig.class, AuditRecord.class, ProxyReport.class, FinalReport.class, EgressFinding.class);

    private static final ObjectMapper OTHER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @FuzzTest
    void what_is_accepted_is_what_others_read(byte[] bytes) throws Exception {
        for (Class<?> type : TYPES) {
            Object read;
            try {
                read = StrictJson.read(bytes, type);
            } catch (InvalidJsonException refused) {
                require(refused.getCause() == null, "what it was caused by may quote the document");
                continue;
            }
            JsonNode others = others(bytes);
            require(!holdsNull(others), "null");
            JsonNode written = OTHER.readTree(StrictJson.write(read));
            require(namesOf(others, written), "a member that the record does not have");
            require(StrictJson.read(StrictJson.write(read), type).equals(read), "written otherwise than read");
        }
    }

    private static JsonNode others(byte[] bytes) {
        try {
            return OTHER.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException | JsonProcessingException e) {
            throw new IllegalStateException("read by nobody else", e);
        }
    }

    private static boolean holdsNull(JsonNode node) {
        return node.isNull() || node.valueStream().anyMatch(StrictJsonFuzz::holdsNull);
    }

    /** Whether each text, number and list in the document is in what is written again, under the same names. */
    private static boolean namesOf(JsonNode document, JsonNode written) {
        return document.getNodeType() == written.getNodeType()
                && document.propertyStream()
                        .allMatch(member -> written.has(member.getKey())
                                && namesOf(member.getValue(), written.get(member.getKey())));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
