/**
 * NetworkPolicy for a cluster whose network plugin has none: watches pods, namespaces and policies, makes one nft table of
 * them, and loads it into the node's network namespace. For tests, and for one node.
 */
@NullMarked
package dev.sallyport.testing.netpol;

import org.jspecify.annotations.NullMarked;
