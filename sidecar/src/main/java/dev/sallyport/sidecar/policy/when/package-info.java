/**
 * The conditions of rules: CEL expressions over a request, compiled and type-checked when the config loads. A
 * {@link dev.sallyport.sidecar.policy.when.Condition} takes
 * {@link dev.sallyport.sidecar.policy.when.RequestFacts}, whose body it reads strictly and only if the expression names
 * it, and gives a {@link dev.sallyport.sidecar.policy.when.Verdict}: whatever cannot be evaluated within its bounds is
 * refused.
 */
@NullMarked
package dev.sallyport.sidecar.policy.when;

import org.jspecify.annotations.NullMarked;
