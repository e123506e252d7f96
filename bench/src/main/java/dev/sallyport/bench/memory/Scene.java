package dev.sallyport.bench.memory;

import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import java.io.IOException;

/**
 * Something that clients do to the proxy, and keep doing.
 *
 * @param name to choose it by, on the command line
 * @param what in words, for the table
 * @param way how one more client comes in meanwhile, to see whether it is still served
 * @param origin where that one wants to
 * @param held how many connections, streams or sockets there are
 * @param opening begins it
 */
record Scene(String name, String what, Way way, Origin origin, int held, Opening opening) {

    /** The beginning of a scene. */
    interface Opening {
        /**
         * Returns when all is under way.
         *
         * @throws IOException if something of it fails
         */
        void open(Stage stage) throws IOException;
    }
}
