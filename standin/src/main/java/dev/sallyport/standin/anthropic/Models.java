package dev.sallyport.standin.anthropic;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The models that the stand-in lists. It answers as any {@code claude-…}, listed or not. */
final class Models {
    private static final List<ModelInfo> ALL = List.of(
            model("claude-opus-5", "Claude Opus 5", "opus"),
            model("claude-sonnet-5", "Claude Sonnet 5", "sonnet"),
            model("claude-opus-4-8", "Claude Opus 4.8", "opus"),
            model("claude-sonnet-4-6", "Claude Sonnet 4.6", "sonnet"),
            model("claude-haiku-4-5", "Claude Haiku 4.5", "haiku"),
            model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "haiku"));

    private Models() {}

    record ModelInfo(
            String type,
            String id,
            String displayName,
            String createdAt,
            String lifecycle,
            String line,
            int maxInputTokens,
            int maxTokens) {}

    record Page(
            List<ModelInfo> data,
            boolean hasMore,
            @Nullable String firstId,
            @Nullable String lastId) {}

    static Optional<ModelInfo> find(String id) {
        return ALL.stream().filter(model -> model.id().equals(id)).findFirst();
    }

    /**
     * The list as it is paged.
     *
     * @param afterId the last model of the page before; null begins at the first, and an unknown one ends the list
     * @param limit how many to a page, at least 1
     */
    static Page page(@Nullable String afterId, int limit) {
        int from = afterId == null
                ? 0
                : find(afterId).map(model -> ALL.indexOf(model) + 1).orElse(ALL.size());
        int to = (int) Math.min((long) from + limit, ALL.size());
        var data = ALL.subList(from, to);
        return data.isEmpty()
                ? new Page(data, false, null, null)
                : new Page(
                        data,
                        to < ALL.size(),
                        data.getFirst().id(),
                        data.getLast().id());
    }

    private static ModelInfo model(String id, String name, String line) {
        return new ModelInfo("model", id, name, "2026-01-01T00:00:00Z", "active", line, 200_000, 64_000);
    }
}
