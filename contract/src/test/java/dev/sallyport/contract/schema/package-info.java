/**
 * Holds the JSON schemas against the records that read the documents. {@code RecordShape} compares the two as they are
 * declared; {@code Mutations} makes thousands of documents from the examples, of which schema and records must accept the same.
 */
@NullMarked
package dev.sallyport.contract.schema;

import org.jspecify.annotations.NullMarked;
