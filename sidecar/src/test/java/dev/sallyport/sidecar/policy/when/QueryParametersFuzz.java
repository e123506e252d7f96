package dev.sallyport.sidecar.policy.when;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a condition reads of a query is what another reader of forms finds there. */
class QueryParametersFuzz {

    @FuzzTest
    void a_query_is_read_as_others_read_it(byte[] bytes) {
        String query = new String(bytes, StandardCharsets.ISO_8859_1);
        try {
            Map<String, List<String>> read = QueryParameters.parse(query);
            if (!read.equals(others(query))) {
                throw new IllegalStateException("read otherwise: " + query);
            }
        } catch (UnreadableException refused) {
            if (!refused.explanation().startsWith("its query")) {
                throw new IllegalStateException("no explanation: " + query);
            }
        }
    }

    private static Map<String, List<String>> others(String query) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : query.split("[&;]", -1)) {
            if (!pair.isEmpty()) {
                String[] both = pair.split("=", 2);
                parameters
                        .computeIfAbsent(URLDecoder.decode(both[0], StandardCharsets.UTF_8), any -> new ArrayList<>())
                        .add(both.length < 2 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }
}
