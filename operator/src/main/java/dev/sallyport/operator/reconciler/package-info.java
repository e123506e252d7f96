/**
 * One reconciliation, top to bottom: resolve, desire, apply, observe, tell. Each step is another package's; here they
 * follow one another, and the watches that wake them are set up.
 */
@NullMarked
package dev.sallyport.operator.reconciler;

import org.jspecify.annotations.NullMarked;
