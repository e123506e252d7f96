package dev.sallyport.standin;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Tests of one stand-in, which starts each of them with an empty journal and nothing planned. */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class OnStandin {
    protected final ProviderStandin standin;

    /** Without TLS, with HTTP/1.1. */
    protected final Client client;

    /** To the control port. */
    protected final Client control;

    protected OnStandin(StandinOptions options) {
        standin = ProviderStandin.start(options);
        client = Client.plain(standin);
        control = Client.control(standin);
    }

    @BeforeEach
    void clear() {
        standin.clearRequests();
        standin.plan().clear();
    }

    @AfterAll
    void stop() {
        client.close();
        control.close();
        standin.close();
    }
}
