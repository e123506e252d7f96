/**
 * Which profiles there are: the operator's own, from its resources, and those that the platform adds in a directory. Each is a
 * YAML document that is read strictly into a {@link dev.sallyport.operator.model.Profile}; one that cannot be read is told of.
 */
@NullMarked
package dev.sallyport.operator.profile;

import org.jspecify.annotations.NullMarked;
