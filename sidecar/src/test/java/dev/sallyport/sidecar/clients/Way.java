package dev.sallyport.sidecar.clients;

import dev.sallyport.contract.audit.AuditedRequest.Form;

/** How a client comes to the proxy. */
enum Way {
    BASE_URL("base URL", Form.BASE_URL),
    HTTP_PROXY("HTTP_PROXY", Form.HTTP_PROXY),
    HTTPS_PROXY("HTTPS_PROXY", Form.INTERCEPTED);

    private final String title;
    private final Form form;

    Way(String title, Form form) {
        this.title = title;
        this.form = form;
    }

    /** As the audit log calls it. */
    Form form() {
        return form;
    }

    @Override
    public String toString() {
        return title;
    }
}
