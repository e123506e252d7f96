package dev.sallyport.sidecar.http;

/** Takes an upstream's answer. Called on the stream's event loop. */
public interface ResponseHandler extends BodyHandler {

    /** A head; after interim ones the final one, then the body. */
    void head(ResponseHead head);
}
