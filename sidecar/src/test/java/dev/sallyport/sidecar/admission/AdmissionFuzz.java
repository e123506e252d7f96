package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.http;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sallyport.contract.config.CredentialConfig;
import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.contract.config.SecretRef;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.route.AmbiguousPathException;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.RequestPath;
import dev.sallyport.sidecar.testing.RouteBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Whatever head comes, what is granted goes to a host of its route, on a path that its rules list. */
class AdmissionFuzz {

    private static final List<RouteBuilder> ROUTES = List.of(
            https("api", "api.example.com").rule(List.of("GET"), "/v1/*", "/@*%2F*"),
            https("wild", "*.wild.example.com").rule(List.of("GET"), "/v1/**"),
            https("placed", "placed.example.com")
                    .credential(new CredentialConfig.Bearer(new SecretRef("secret", "token")))
                    .placeholder("placeholder_of_some_account", Place.values())
                    .rule(List.of(), "/v1/**"),
            http("plain", "plain.example.com:8080", "192.0.2.1", "[2001:db8::1]")
                    .rule(List.of(), "/v1/**"));

    private final Sandbox sandbox = Sandbox.of(ROUTES.toArray(RouteBuilder[]::new));

    /** The first line is the target, the second the Host field, the third says how it came. */
    @FuzzTest
    void what_is_granted_goes_where_its_route_leads(byte[] bytes) {
        String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", 3);
        if (lines.length < 3) {
            return;
        }
        Asked asked = asked(lines[0], lines[1], lines[2]);
        Admission admission = sandbox.admission(asked);
        if (admission.begin() instanceof Step.Grant grant) {
            try (var permit = grant.permit()) {
                Origin origin = permit.origin();
                require(origin.equals(admission.origin().orElseThrow()), lines);
                require(permit.route().config().hosts().stream().anyMatch(origin::matches), lines);
                require(asked.tunnel().stream().allMatch(tunnel -> tunnel.host().equals(origin.host())), lines);
                RequestPath path = RequestPath.parse(admission.path().orElseThrow());
                require(path.normal().matches("/v1(/.*)?|/@[^/]*%2F[^/]*"), lines);
            } catch (AmbiguousPathException e) {
                throw new IllegalStateException("granted and ambiguous: " + String.join("|", lines), e);
            }
        }
        require(admission.loggedQuery().map(String::length).orElse(0) <= 2048, lines);
    }

    private static Asked asked(String target, String host, String way) {
        return switch (way) {
            case "tls" -> Asked.http1("GET", target).field("Host", host).through("api.example.com", 443, true);
            case "wild" -> Asked.http1("GET", target).field("Host", host).through("a.wild.example.com", 443, true);
            case "placed" -> Asked.http1("GET", target).field("Host", host).through("placed.example.com", 443, true);
            case "plain" -> Asked.http1("GET", target).field("Host", host).through("192.0.2.1", 80, false);
            case "h2" -> Asked.http2("GET", "https", host, target).through("api.example.com", 443, true);
            case "h2c" -> Asked.http2("GET", "http", host, target);
            default -> Asked.http1("GET", target).field("Host", host);
        };
    }

    private static void require(boolean holds, String[] lines) {
        if (!holds) {
            throw new IllegalStateException("granted: " + String.join("|", lines));
        }
    }
}
