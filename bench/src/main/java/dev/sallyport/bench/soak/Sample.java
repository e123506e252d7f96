package dev.sallyport.bench.soak;

import dev.sallyport.bench.proxy.Figures;

/**
 * The proxy at rest, after so many requests.
 *
 * @param heap bytes in use after a full collection
 */
record Sample(long requests, Figures figures, long heap) {}
