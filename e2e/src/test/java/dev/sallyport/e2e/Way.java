package dev.sallyport.e2e;

/** How a client comes to the proxy. */
enum Way {
    BASE_URL,
    HTTPS_PROXY
}
