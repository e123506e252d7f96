package dev.sallyport.standin;

import dev.sallyport.standin.auth.Carrier;
import dev.sallyport.standin.auth.Keyring;
import dev.sallyport.standin.auth.Provider;
import dev.sallyport.standin.tls.ServerCertificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a stand-in is to be.
 *
 * @param bind the address that the providers' ports listen on
 * @param https where to serve HTTPS, HTTP/1.1 and HTTP/2 by ALPN; null for not at all
 * @param plainPort where to serve without TLS, HTTP/2 with prior knowledge; 0 for any free port, null for not at all
 * @param controlBind the address that the control port listens on; the journal there holds credentials
 * @param controlPort where to serve the journal; 0 for any free port
 * @param keyrings the real keys; a provider without any refuses every request
 * @param anthropicAccepts how a real key may come to Anthropic's API: {@link Carrier#X_API_KEY}, {@link Carrier#BEARER};
 *     a subscription's token comes as the latter alone
 * @param eventDelay between two events of a streamed answer; zero sends them as fast as they go
 * @param journalCapacity how many requests are remembered
 * @param eventLoops how many threads serve, at least 1
 */
public record StandinOptions(
        String bind,
        @Nullable Https https,
        @Nullable Integer plainPort,
        String controlBind,
        int controlPort,
        Map<Provider, Keyring> keyrings,
        Set<Carrier> anthropicAccepts,
        Duration eventDelay,
        int journalCapacity,
        int eventLoops) {

    /** The carriers that Anthropic's API can be told to take a key in. */
    public static final Set<Carrier> ANTHROPIC_CARRIERS = Set.of(Carrier.X_API_KEY, Carrier.BEARER);

    /**
     * An HTTPS listener.
     *
     * @param port 0 for any free port
     */
    public record Https(int port, ServerCertificate certificate) {}

    public StandinOptions {
        keyrings = Map.copyOf(keyrings);
        anthropicAccepts = Set.copyOf(anthropicAccepts);
        if (https == null && plainPort == null) {
            throw new IllegalArgumentException("neither an HTTPS nor a plain port: there is nothing to serve");
        }
        if (!ANTHROPIC_CARRIERS.containsAll(anthropicAccepts) || anthropicAccepts.isEmpty()) {
            throw new IllegalArgumentException("Anthropic keys can't come as " + anthropicAccepts);
        }
        if (eventDelay.isNegative()) {
            throw new IllegalArgumentException("the delay between events is negative: " + eventDelay);
        }
        if (eventLoops < 1) {
            throw new IllegalArgumentException("no event loop: " + eventLoops);
        }
    }

    /**
     * For tests: on loopback, any free ports, HTTPS with a certificate for {@code localhost} and {@code 127.0.0.1}, plain
     * too, no real key, no delay, a journal of 10,000 requests, one event loop.
     */
    public static StandinOptions onLoopback() {
        return new StandinOptions(
                "127.0.0.1",
                new Https(0, new ServerCertificate.SelfSigned(List.of("localhost", "127.0.0.1"), null)),
                0,
                "127.0.0.1",
                0,
                Map.of(),
                ANTHROPIC_CARRIERS,
                Duration.ZERO,
                10_000,
                1);
    }

    /** The same with another certificate. */
    public StandinOptions withCertificate(ServerCertificate certificate) {
        return new StandinOptions(
                bind,
                new Https(https == null ? 0 : https.port(), certificate),
                plainPort,
                controlBind,
                controlPort,
                keyrings,
                anthropicAccepts,
                eventDelay,
                journalCapacity,
                eventLoops);
    }

    /** The same with other real keys. */
    public StandinOptions withKeyrings(Map<Provider, Keyring> others) {
        return new StandinOptions(
                bind,
                https,
                plainPort,
                controlBind,
                controlPort,
                others,
                anthropicAccepts,
                eventDelay,
                journalCapacity,
                eventLoops);
    }

    /** The same with Anthropic keys in other places. */
    public StandinOptions withAnthropicAccepts(Set<Carrier> carriers) {
        return new StandinOptions(
                bind,
                https,
                plainPort,
                controlBind,
                controlPort,
                keyrings,
                carriers,
                eventDelay,
                journalCapacity,
                eventLoops);
    }

    /** The same with another delay between events. */
    public StandinOptions withEventDelay(Duration delay) {
        return new StandinOptions(
                bind,
                https,
                plainPort,
                controlBind,
                controlPort,
                keyrings,
                anthropicAccepts,
                delay,
                journalCapacity,
                eventLoops);
    }
}
