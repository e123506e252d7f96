/**
 * Sallyport as users have it: installed by Helm on a real cluster, used through the API server, judged by what the
 * provider saw and by what the agent could find. Nothing here knows the operator's or the proxy's code.
 */
@NullMarked
package dev.sallyport.e2e;

import org.jspecify.annotations.NullMarked;
