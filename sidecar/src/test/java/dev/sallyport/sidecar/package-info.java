/** Tests of the module as a whole. */
@NullMarked
package dev.sallyport.sidecar;

import org.jspecify.annotations.NullMarked;
