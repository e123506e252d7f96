package dev.sallyport.standin.auth;

/**
 * A credential as a request presented it.
 *
 * @param value what came, real or not; may be empty
 */
public record Credential(Carrier carrier, String value) {
    @Override
    public String toString() {
        return "Credential[" + carrier.label() + ", " + value.length() + " characters]";
    }
}
