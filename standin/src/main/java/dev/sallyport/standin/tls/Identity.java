package dev.sallyport.standin.tls;

/**
 * A server's certificate with its key.
 *
 * @param certificateChain PEM, the leaf first
 * @param privateKey PEM, PKCS#8
 */
public record Identity(String certificateChain, String privateKey) {
    @Override
    public String toString() {
        return "Identity[" + certificateChain.length() + " bytes of certificates, private key masked]";
    }
}
