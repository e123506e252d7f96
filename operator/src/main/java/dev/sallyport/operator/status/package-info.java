/**
 * From what was found to what the resource's status says. A report of a proxy, a pod and a verdict go in; conditions,
 * totals and events come out, computed by pure functions of these and of the status before.
 */
@NullMarked
package dev.sallyport.operator.status;

import org.jspecify.annotations.NullMarked;
