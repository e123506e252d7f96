package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Exchange;
import java.util.Map;

/**
 * A way to fail.
 *
 * @param name the path segment after {@code /fault/}
 * @param does one sentence
 * @param parameters what the query may hold, each with its default
 * @param behaviour what happens
 */
record Fault(String name, String does, Map<String, String> parameters, Behaviour behaviour) {
    @FunctionalInterface
    interface Behaviour {
        void act(Exchange exchange, Parameters parameters);
    }
}
