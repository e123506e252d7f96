/**
 * Starts and stops the operator: options come in from flags and environment, and everything is put together once, here.
 */
@NullMarked
package dev.sallyport.operator.main;

import org.jspecify.annotations.NullMarked;
