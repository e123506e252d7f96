/**
 * How the operator and a proxy know each other on the admin port: the operator signs what it asks, the proxy signs what
 * it answers, and both bind their signature to one sandbox and one question.
 */
@NullMarked
package dev.sallyport.contract.admin;

import org.jspecify.annotations.NullMarked;
