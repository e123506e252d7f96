package dev.sallyport.testing.netpol;

/** NetworkPolicies are in force until this is closed. */
public interface Enforcement extends AutoCloseable {

    @Override
    void close();
}
