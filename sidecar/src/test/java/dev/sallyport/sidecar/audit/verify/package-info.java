@NullMarked
package dev.sallyport.sidecar.audit.verify;

import org.jspecify.annotations.NullMarked;
