package dev.sallyport.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class AgentSandboxSpecTest {

    @Test
    void the_resource_is_named_as_the_definition_names_it() {
        assertThat(HasMetadata.getFullResourceName(AgentSandbox.class)).isEqualTo("agentsandboxes.sallyport.dev");
        assertThat(HasMetadata.getApiVersion(AgentSandbox.class)).isEqualTo("sallyport.dev/v1alpha1");
        assertThat(CustomResource.getShortNames(AgentSandbox.class)).containsExactly("asbx");
    }

    @Test
    void what_a_manifest_leaves_out_has_its_default() {
        AgentSandboxSpec spec = spec("podTemplate: {spec: {containers: [{name: agent}]}}");

        assertThat(spec.agentProfiles()).containsExactly(AgentSandboxSpec.GENERIC);
        assertThat(spec.routes()).isEmpty();
        assertThat(spec.volumeClaimTemplates()).isEmpty();
        assertThat(spec.enforcement()).isEqualTo(Enforcement.Enforce);
        assertThat(spec.proxy()).isEqualTo(new Proxy(Placement.Sidecar, null));
        assertThat(spec.operatingMode()).isEqualTo(OperatingMode.Running);
        assertThat(spec.shutdownTime()).isNull();
        assertThat(spec.shutdownPolicy()).isEqualTo(ShutdownPolicy.Retain);
    }

    @Test
    void a_route_without_tls_or_audit_intercepts_and_logs_parameter_names() {
        Route route = route("{name: api, hosts: [api.example.com]}");

        assertThat(route.tlsMode()).isEqualTo(TlsMode.Intercept);
        assertThat(route.queryLogging()).isEqualTo(QueryLogging.Names);
        assertThat(route.scheme()).isEqualTo(Scheme.HTTPS);
        assertThat(route.addresses()).isEqualTo(Addresses.Public);
    }

    @Test
    void headers_are_redacted_where_there_is_a_credential_unless_the_route_says_otherwise() {
        Route open = route("{name: api, hosts: [api.example.com]}");
        Route credentialed = route("{name: api, hosts: [api.example.com], credential: {bearer: {secretKeyRef: {}}}}");
        Route chosen = route("{name: api, hosts: [api.example.com], redactResponses: Full, "
                + "credential: {bearer: {secretKeyRef: {}}}}");

        assertThat(open.redaction()).isEqualTo(RedactResponses.None);
        assertThat(credentialed.redaction()).isEqualTo(RedactResponses.Headers);
        assertThat(chosen.redaction()).isEqualTo(RedactResponses.Full);
    }

    @Test
    void a_credential_lists_its_kind_and_every_secret_value_that_it_needs() {
        Credential credential = Serialization.unmarshal("""
                awsSigV4:
                  region: eu-central-1
                  service: bedrock
                  accessKeyIdSecretKeyRef: {name: aws, key: id}
                  secretAccessKeySecretKeyRef: {name: aws, key: secret}
                """, Credential.class);

        assertThat(credential.kinds()).singleElement().isInstanceOf(CredentialKind.AwsSigV4.class);
        assertThat(credential.kinds().getFirst().secretKeys())
                .containsExactly(new SecretKeySelector("aws", "id"), new SecretKeySelector("aws", "secret"));
    }

    @Test
    void two_kinds_are_both_listed_so_that_they_can_be_refused() {
        Credential credential = Serialization.unmarshal("""
                bearer: {secretKeyRef: {name: a, key: k}}
                query: {name: key, secretKeyRef: {name: b, key: k}}
                """, Credential.class);

        assertThat(credential.kinds()).hasSize(2);
    }

    private static AgentSandboxSpec spec(String yaml) {
        return Serialization.unmarshal(yaml, AgentSandboxSpec.class);
    }

    private static Route route(String yaml) {
        return Serialization.unmarshal("--- " + yaml, Route.class);
    }
}
