/**
 * Where the proxy begins and ends: reads flags and environment, puts the parts together, and stops them in order. No
 * request passes through here.
 */
@NullMarked
package dev.sallyport.sidecar.main;

import org.jspecify.annotations.NullMarked;
