/**
 * What the operator tells of itself: Kubernetes Events about sandboxes, metrics, and whether it is alive. Others hand in
 * what happened; nothing here decides anything.
 */
@NullMarked
package dev.sallyport.operator.observability;

import org.jspecify.annotations.NullMarked;
