package dev.sallyport.bench.proxy;

import dev.sallyport.bench.origin.Origin;

/** The proxy's configuration: a credentialed route to each of the origin's ports, and room for many connections. */
final class BenchConfig {

    static final String SECRET = "bench-credential-that-nobody-may-see";

    private BenchConfig() {}

    static String text(String authority) {
        return """
                {
                  "schema": "sallyport.dev/proxy-config/v1",
                  "generation": 1,
                  "sandbox": {"namespace": "bench", "name": "bench", "uid": "00000000-0000-0000-0000-000000000000"},
                  "limits": {"clientConnections": 65536, "idleSeconds": 3600, "headSeconds": 60, "connectSeconds": 60},
                  "routes": [%s, %s]
                }
                """.formatted(route(Origin.H1, authority), route(Origin.H2, authority));
    }

    private static String route(Origin origin, String authority) {
        return """
                {
                    "name": "%s",
                    "hosts": ["%s"],
                    "addresses": "Private",
                    "trustedCertificates": "%s",
                    "credential": {"kind": "bearer", "token": {"secret": "bench", "key": "token"}},
                    "rules": [{"paths": ["%s/**"]}]
                  }""".formatted(origin.route(), origin.authority(), authority.replace("\n", "\\n"), Origin.OPEN);
    }
}
