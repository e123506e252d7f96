package dev.sallyport.standin.exchange;

import io.vertx.core.http.HttpServerRequest;

/** One API that is stood in for. Called on an event loop: must not block. */
public interface Service {
    /** Whether this API has the request's path. */
    boolean takes(HttpServerRequest request);

    /** How many bytes of a request's body it wants to see; what is beyond is counted and digested, but not kept. */
    int bodyLimit();

    /** Answers the request, now or later. */
    void serve(Exchange exchange);
}
