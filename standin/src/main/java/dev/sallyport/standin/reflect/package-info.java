/**
 * Shows a client what reached the stand-in. {@link ReflectService} answers each request with what is in its journal entry
 * and its body, and {@link Reflection} is that as JSON.
 */
@NullMarked
package dev.sallyport.standin.reflect;

import org.jspecify.annotations.NullMarked;
