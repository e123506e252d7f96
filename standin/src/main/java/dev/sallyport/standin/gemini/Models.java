package dev.sallyport.standin.gemini;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Optional;

/** The models that the stand-in lists. It answers as any {@code gemini-…}, listed or not. */
final class Models {
    private static final List<String> METHODS = List.of("generateContent", "countTokens");
    private static final List<ModelInfo> ALL = List.of(
            model("gemini-3.1-pro-preview", "Gemini 3.1 Pro Preview"),
            model("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite"),
            model("gemini-2.5-pro", "Gemini 2.5 Pro"),
            model("gemini-2.5-flash", "Gemini 2.5 Flash"));

    private Models() {}

    @JsonNaming(PropertyNamingStrategies.LowerCamelCaseStrategy.class)
    record ModelInfo(
            String name,
            String version,
            String displayName,
            String description,
            int inputTokenLimit,
            int outputTokenLimit,
            List<String> supportedGenerationMethods) {}

    record Page(List<ModelInfo> models) {}

    /** All on one page: there are fewer than the API puts on its first. */
    static Page all() {
        return new Page(ALL);
    }

    /** @param name with {@code models/} before it */
    static Optional<ModelInfo> find(String name) {
        return ALL.stream().filter(model -> model.name().equals(name)).findFirst();
    }

    private static ModelInfo model(String id, String name) {
        return new ModelInfo("models/" + id, "001", name, name, 1_048_576, 65_536, METHODS);
    }
}
