/**
 * The one way in which records of the contract become JSON and JSON becomes records. Reading is strict: what the
 * reader does not know, or could read in two ways, is an error and never a default.
 */
@NullMarked
package dev.sallyport.contract.json;

import org.jspecify.annotations.NullMarked;
