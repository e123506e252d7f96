package dev.sallyport.operator.resolve;

/** Makes the tokens that stand for credentials on the agents' side. */
@FunctionalInterface
public interface PlaceholderTokens {

    /**
     * The same token for the same arguments, now and after a restart; another one for any other.
     *
     * @param sandboxUid the sandbox's {@code metadata.uid}
     * @param env the variable that holds it
     * @return 24 to 128 unreserved characters (RFC 3986)
     */
    String token(String sandboxUid, String env);
}
