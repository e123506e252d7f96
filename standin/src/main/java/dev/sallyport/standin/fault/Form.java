package dev.sallyport.standin.fault;

import dev.sallyport.standin.anthropic.AnthropicError;
import dev.sallyport.standin.anthropic.MessageEvents;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.exchange.Piece;
import dev.sallyport.standin.gemini.GeminiError;
import dev.sallyport.standin.gemini.Generation;
import dev.sallyport.standin.openai.ChatChunks;
import dev.sallyport.standin.openai.OpenAiError;
import dev.sallyport.standin.openai.ResponseEvents;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** In whose form a fault speaks: that of the provider whom it is told, or else that of the request's path. */
enum Form {
    ANTHROPIC,
    CHAT,
    RESPONSES,
    GEMINI;

    /** The parameter that names the provider; empty leaves it to the path. */
    static final String PARAMETER = "provider";

    private static final List<String> PROVIDERS =
            List.of("", Provider.ANTHROPIC.label(), Provider.OPENAI.label(), Provider.GEMINI.label());

    static Form of(Exchange exchange, Parameters parameters) {
        var path = Optional.ofNullable(exchange.request().path()).orElse("");
        var provider = parameters.oneOf(PARAMETER, PROVIDERS);
        if (provider.equals(Provider.GEMINI.label()) || (provider.isEmpty() && isGemini(path))) {
            return GEMINI;
        }
        if (path.endsWith("/responses") && !provider.equals(Provider.ANTHROPIC.label())) {
            return RESPONSES;
        }
        if (provider.equals(Provider.OPENAI.label()) || (provider.isEmpty() && path.endsWith("/chat/completions"))) {
            return CHAT;
        }
        return ANTHROPIC;
    }

    private static boolean isGemini(String path) {
        return path.contains("/v1beta/") || path.endsWith("enerateContent") || path.endsWith(":countTokens");
    }

    /** The events of a long answer. */
    Stream<Piece> sample() {
        return switch (this) {
            case ANTHROPIC -> MessageEvents.sample();
            case CHAT -> ChatChunks.sample();
            case RESPONSES -> ResponseEvents.sample();
            case GEMINI -> Generation.sample();
        };
    }

    /** The first events of a long answer, and what says that the provider is overloaded. */
    Stream<Piece> failing(int after, String requestId) {
        return switch (this) {
            case ANTHROPIC ->
                Stream.concat(
                        sample().limit(after), Stream.of(MessageEvents.error(AnthropicError.overloaded(), requestId)));
            case CHAT -> Stream.concat(sample().limit(after), Stream.of(ChatChunks.error(OpenAiError.overloaded())));
            case RESPONSES -> ResponseEvents.failing(after, OpenAiError.overloaded());
            case GEMINI ->
                Stream.concat(sample().limit(after), Stream.of(Generation.error(GeminiError.overloaded(""))));
        };
    }

    /** Answers 429. */
    void rateLimit(Exchange exchange, String retryAfter) {
        switch (this) {
            case ANTHROPIC -> AnthropicError.rateLimit().answer(exchange);
            case CHAT, RESPONSES -> OpenAiError.rateLimit().answer(exchange);
            case GEMINI -> GeminiError.rateLimit(retryAfter).answer(exchange);
        }
    }

    /** Answers 529, or 503 where the provider knows no 529. */
    void overloaded(Exchange exchange, String retryAfter) {
        switch (this) {
            case ANTHROPIC -> AnthropicError.overloaded().answer(exchange);
            case CHAT, RESPONSES -> OpenAiError.overloaded().answer(exchange);
            case GEMINI -> GeminiError.overloaded(retryAfter).answer(exchange);
        }
    }
}
