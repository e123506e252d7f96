package dev.sallyport.sidecar.audit.verify;

/**
 * Where a line stands.
 *
 * @param file the file's name as it was given; {@code -}: standard input
 * @param line the line's number in it, from 1
 */
record Place(String file, long line) {

    @Override
    public String toString() {
        return file + ":" + line;
    }
}
