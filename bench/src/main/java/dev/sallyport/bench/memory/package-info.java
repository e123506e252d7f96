/**
 * How much memory the proxy takes while clients hold as much of it as they can. Each scene has a proxy of its own: warmed,
 * loaded, left until nothing moves any more, measured, and measured again when all have gone.
 */
@NullMarked
package dev.sallyport.bench.memory;

import org.jspecify.annotations.NullMarked;
