/**
 * What a bench prints: Markdown tables, figures with units, and the machine that they were measured on.
 */
@NullMarked
package dev.sallyport.bench.report;

import org.jspecify.annotations.NullMarked;
