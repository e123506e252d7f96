package dev.sallyport.standin.fault;

import dev.sallyport.standin.exchange.Exchange;
import dev.sallyport.standin.fault.Parameters.BadParameter;
import io.vertx.core.MultiMap;
import java.util.List;

/** A fault with its parameters, as {@code NAME,parameter=value…} names it. */
record Chosen(Fault fault, Parameters parameters) {

    /**
     * Reads the text and what a query adds to it.
     *
     * @throws UnknownFault if there is no fault of that name
     * @throws BadParameter if it has a parameter that the fault does not know, or one twice
     */
    static Chosen read(String text, MultiMap query) {
        var words = List.of(text.split(",", -1));
        var given = MultiMap.caseInsensitiveMultiMap();
        for (var word : words.subList(1, words.size())) {
            int equals = word.indexOf('=');
            given.add(word.substring(0, Math.max(equals, 0)), word.substring(equals + 1));
        }
        given.addAll(query);
        return Catalogue.FAULTS.stream()
                .filter(fault -> fault.name().equals(words.getFirst()))
                .findFirst()
                .map(fault -> new Chosen(fault, Parameters.of(fault, given)))
                .orElseThrow(() -> new UnknownFault("no fault is called " + words.getFirst()));
    }

    void act(Exchange exchange) {
        fault.behaviour().act(exchange, parameters);
    }

    /** A name that no fault has. */
    static final class UnknownFault extends BadParameter {
        private static final long serialVersionUID = 1L;

        UnknownFault(String message) {
            super(message);
        }
    }
}
