package dev.sallyport.sidecar.admission;

import static dev.sallyport.sidecar.testing.RouteBuilder.http;
import static dev.sallyport.sidecar.testing.RouteBuilder.https;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.audit.AuditedRequest.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardTargetTest {

    private final Sandbox sandbox = Sandbox.of(
            http("cache", "cache.example.com"),
            http("odd", "odd.example.com:8080"),
            http("any", "*.any.example.com"),
            http("four", "192.0.2.1"),
            http("six", "[2001:DB8:0:0::1]:8080"),
            http("ace", "xn--bcher-kva.example"),
            https("api", "api.example.com"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://cache.example.com/a?b=c | cache@cache.example.com:80 | /a | ?b=c",
                "http://cache.example.com/ | cache@cache.example.com:80 | / | ''",
                "http://cache.example.com | cache@cache.example.com:80 | / | ''",
                "http://cache.example.com?q=1 | cache@cache.example.com:80 | / | ?q=1",
                "http://cache.example.com/?q=http://x/@y | cache@cache.example.com:80 | / | ?q=http://x/@y",
                "http://cache.example.com:80/a | cache@cache.example.com:80 | /a | ''",
                "HTTP://Cache.EXAMPLE.com/A | cache@cache.example.com:80 | /A | ''",
                "http://cache.example.com./a | cache@cache.example.com:80 | /a | ''",
                "http://cache.example.com.:80/a | cache@cache.example.com:80 | /a | ''",
                "http://odd.example.com:8080/a | odd@odd.example.com:8080 | /a | ''",
                "http://x.any.example.com/a | any@x.any.example.com:80 | /a | ''",
                "http://a_b.any.example.com/a | any@a_b.any.example.com:80 | /a | ''",
                "http://192.0.2.1/a | four@192.0.2.1:80 | /a | ''",
                "http://[2001:db8::1]:8080/a | six@[2001:db8::1]:8080 | /a | ''",
                "http://[2001:0DB8:0000::0001]:8080/a | six@[2001:db8::1]:8080 | /a | ''",
                "http://[2001:db8::0.0.0.1]:8080/a | six@[2001:db8::1]:8080 | /a | ''",
                "http://xn--bcher-kva.example/a | ace@xn--bcher-kva.example:80 | /a | ''",
                "http://XN--BCHER-KVA.example/a | ace@xn--bcher-kva.example:80 | /a | ''",
            })
    void names_a_route_that_leads_there(String target, String outcome, String path, String query) {
        Admission admission = sandbox.admission(forward(target));

        assertThat(Sandbox.describe(admission.begin())).isEqualTo(outcome);
        assertThat(admission.form()).isEqualTo(Form.HTTP_PROXY);
        assertThat(admission.path()).contains(path);
        assertThat(admission.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user@cache.example.com/",
                "http://user:password@cache.example.com/",
                "http://@cache.example.com/",
                "http://api.example.com@cache.example.com/",
                "http://cache.example.com#/",
                "http://cache.example.com/a#b",
                "http://cache.example.com/a#",
                "http:///a",
                "http://",
                "http://:80/a",
                "http:/cache.example.com/a",
                "http:cache.example.com/a",
                "//cache.example.com:80:80",
                "http://cache.example.com:/a",
                "http://cache.example.com:0/a",
                "http://cache.example.com:080/a",
                "http://cache.example.com:+80/a",
                "http://cache.example.com:-80/a",
                "http://cache.example.com:80x/a",
                "http://cache.example.com:0x50/a",
                "http://cache.example.com:65536/a",
                "http://cache.example.com:800000/a",
                "http://cache.example.com:65616/a",
                "http://cache.example.com:80:80/a",
                "http://cache.example.com:%38%30/a",
                "http://cache.example.com /a",
                "http:// cache.example.com/a",
                "http://cache.example.com\t/a",
                "http://cache.example.com/a b",
                "http://cache.example.com\\@api.example.com/a",
                "http:\\\\cache.example.com/a",
                "http://cache.example.com\\a",
                "http://cache%2eexample.com/",
                "http://cache.example%2Ecom/",
                "http://%63ache.example.com/",
                "http://cache.example.com%2f@api.example.com/",
                "http://cache.example.com%00.evil.example/",
                "http://.cache.example.com/",
                "http://cache..example.com/",
                "http://cache.example.com../",
                "http://./",
                "http://-cache.example.com/",
                "http://cache-.example.com/",
                "http://*.any.example.com/",
                "http://c\u0430che.example.com/",
                "http://b\u00fccher.example/",
                "http://cache\u3002example\u3002com/",
                "http://\uff43ache.example.com/",
                "http://cache.example.com\u2044a/",
                "http://\u212aube.any.example.com/",
                "http://192.0.2/",
                "http://192.0.513/",
                "http://3221225985/",
                "http://0xC0000201/",
                "http://0xC0.0.2.1/",
                "http://0300.0.2.1/",
                "http://192.0.2.01/",
                "http://192.0.2.001/",
                "http://192.0.2.256/",
                "http://192.0.2.1.1/",
                "http://192.0.2.0x1/",
                "http://192.0.2.1.x.1/",
                "http://cache.example.0/",
                "http://cache.example.0x/",
                "http://2001:db8::1/",
                "http://[2001:db8::1/",
                "http://2001:db8::1]/",
                "http://[2001:db8::1%eth0]:8080/",
                "http://[2001:db8::1%25eth0]:8080/",
                "http://[fe80::1%1]/",
                "http://[2001:db8::1]x/",
                "http://[2001:db8::1]:/",
                "http://[2001:db8::1]8080/",
                "http://[2001:db8:::1]/",
                "http://[2001:db8::1::]/",
                "http://[1:2:3:4:5:6:7:8:9]/",
                "http://[2001:db8::10000]/",
                "http://[::1.2.3]/",
                "http://[::1.2.3.256]/",
                "http://[::01.2.3.4]/",
                "http://[::00001]/",
                "http://[02001:db8::1]/",
                "http://[1:2:3:4:5:6:7]/",
                "http://[:1]/",
                "http://[1:]/",
                "http://[v1.x]/",
                "http://[]/",
                "http://[cache.example.com]/",
                "http://[192.0.2.1]/",
                "ht tp://cache.example.com/",
                "1http://cache.example.com/",
                "://cache.example.com/",
                "cache.example.com:80",
                "cache.example.com/",
                "a/b",
                "",
                "?a=b",
                "*",
                "*/",
            })
    void is_refused_where_two_readers_could_differ(String target) {
        String outcome = sandbox.outcome(forward(target));

        assertThat(outcome).isIn("MalformedRequest", "RouteNotFound");
        if (!target.startsWith("//")) {
            assertThat(outcome).isEqualTo("MalformedRequest");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/, SchemeNotAllowed",
        "https://cache.example.com/, SchemeNotAllowed",
        "https://unknown.example.com/, SchemeNotAllowed",
        "HTTPS://api.example.com/, SchemeNotAllowed",
        "http://api.example.com/, SchemeNotAllowed",
        "http://api.example.com:443/, SchemeNotAllowed",
        "http://api.example.com:8080/, SchemeNotAllowed",
        "ws://cache.example.com/, SchemeNotAllowed",
        "ftp://cache.example.com/, SchemeNotAllowed",
        "file://cache.example.com/, SchemeNotAllowed",
        "http://unknown.example.com/, RouteNotFound",
        "http://cache.example.com:8080/, RouteNotFound",
        "http://odd.example.com/, RouteNotFound",
        "http://any.example.com/, RouteNotFound",
        "http://x.y.any.example.com/, RouteNotFound",
        "http://xcache.example.com/, RouteNotFound",
        "http://example.com/, RouteNotFound",
        "http://localhost/, RouteNotFound",
        "http://127.0.0.1/, RouteNotFound",
        "http://169.254.169.254/latest/meta-data/, RouteNotFound",
        "http://[::1]/, RouteNotFound",
        "http://[::ffff:192.0.2.1]/, RouteNotFound",
        "http://[::192.0.2.1]/, RouteNotFound",
        "http://[64:ff9b::192.0.2.1]/, RouteNotFound",
        "http://cache.example.com/../a, AmbiguousPath",
        "http://cache.example.com//a, AmbiguousPath",
    })
    void is_refused_where_no_route_has_its_scheme_host_and_port(String target, String reason) {
        assertThat(sandbox.outcome(forward(target))).isEqualTo(reason);
    }

    @Test
    void names_no_path_in_an_options_for_the_whole_server() {
        assertThat(sandbox.outcome(
                        Asked.http1("OPTIONS", "http://cache.example.com").field("Host", "cache.example.com")))
                .isEqualTo("PathNotAllowed");
        assertThat(sandbox.outcome(
                        Asked.http1("OPTIONS", "http://cache.example.com/").field("Host", "cache.example.com")))
                .isEqualTo("cache@cache.example.com:80");
    }

    /** With a Host that agrees, as far as there is something to agree with. */
    private static Asked forward(String target) {
        String rest =
                target.substring(Math.min(target.length(), target.indexOf("://") < 0 ? 0 : target.indexOf("://") + 3));
        String host = rest.split("[/?#]", 2)[0];
        return Asked.forward(target, host.matches("[-._~A-Za-z0-9\\[\\]:]*") ? host : "cache.example.com");
    }
}
