package dev.sallyport.operator.model;

/**
 * Something worth a Kubernetes Event.
 *
 * @param warning whether somebody should look
 * @param reason what happened, a PascalCase word
 * @param action what was done about it, a PascalCase word
 * @param note a sentence for people; holds no credential
 */
public record Happening(boolean warning, String reason, String action, String note) {

    public static Happening normal(String reason, String action, String note) {
        return new Happening(false, reason, action, note);
    }

    public static Happening warning(String reason, String action, String note) {
        return new Happening(true, reason, action, note);
    }
}
