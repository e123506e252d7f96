/**
 * Acts as the upstream AI provider in tests, benches and the demo.
 * {@link ProviderStandin} opens the listeners that {@link StandinOptions} asks for and gives what they receive to the
 * dispatcher in {@code exchange}, which finds the service for it; {@link Main} does so on the command line.
 */
@NullMarked
package dev.sallyport.standin;

import org.jspecify.annotations.NullMarked;
