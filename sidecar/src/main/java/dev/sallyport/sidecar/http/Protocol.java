package dev.sallyport.sidecar.http;

/** A version of HTTP. */
public enum Protocol {
    HTTP_1_0,
    HTTP_1_1,
    HTTP_2
}
