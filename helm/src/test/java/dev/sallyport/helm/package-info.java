/** Tests of the chart: it is rendered by Helm itself, and the objects that come out are read. */
@NullMarked
package dev.sallyport.helm;

import org.jspecify.annotations.NullMarked;
