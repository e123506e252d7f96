/**
 * Makes the certificates that the stand-in serves with when it is given none: a root of its own, and leaves under it.
 * A {@link ServerCertificate} says where the certificate comes from, and becomes the PEM texts that the listener loads.
 */
@NullMarked
package dev.sallyport.standin.tls;

import org.jspecify.annotations.NullMarked;
