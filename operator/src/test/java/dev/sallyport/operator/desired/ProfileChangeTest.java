package dev.sallyport.operator.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sallyport.contract.config.AdminAccess;
import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.contract.json.InvalidJsonException;
import dev.sallyport.contract.json.StrictJson;
import dev.sallyport.operator.model.Names;
import dev.sallyport.operator.model.Profile;
import dev.sallyport.operator.model.Verdict;
import dev.sallyport.operator.profile.BuiltInProfiles;
import dev.sallyport.operator.profile.Catalogue;
import dev.sallyport.operator.resolve.Reference;
import dev.sallyport.operator.resolve.Resources;
import dev.sallyport.operator.resolve.SandboxResolver;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What replaces a pod: what its user changes, and not what becomes of a profile. */
final class ProfileChangeTest {

    private static final String SPEC = """
            agentProfiles: [ClaudeCode]
            podTemplate: {spec: {containers: [{name: agent, image: a}]}}
            routes:
            - name: anthropic
              hosts: [api.anthropic.com]
              credential: {header: {name: x-api-key, secretKeyRef: {name: s, key: k}}}
            - name: packages
              hosts: [packages.example.com]
            """;

    private static final Platform PLATFORM = new Platform(
            "p:1",
            "Always",
            List.of(),
            new ResourceRequirements(),
            "g:1",
            "Always",
            new ResourceRequirements(),
            Optional.empty(),
            List.of("10.96.0.10"),
            new Platform.Peer("kube-system", new TreeMap<>()),
            new Platform.Peer("sallyport-system", new TreeMap<>()));

    private static Pod pod(Catalogue catalogue, String spec) {
        Verdict verdict = new SandboxResolver(
                        (namespace, selector) -> new Reference.NotFound("none"),
                        namespace -> AllowedHosts.OPTIONAL,
                        Resources.TOKENS,
                        () -> catalogue)
                .resolve(Resources.sandbox(spec));
        assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
        return DesiredState.sidecar(
                        ((Verdict.Accepted) verdict).sandbox(),
                        new AdminAccess("cHVibGljLWtleQ==", "cmVzcG9uc2Uta2V5"),
                        PLATFORM)
                .pod();
    }

    private static String hash(Pod pod) {
        return Objects.requireNonNull(pod.getMetadata().getAnnotations().get(Names.TEMPLATE_HASH));
    }

    @Test
    void anotherProfileOfTheSameNameMakesAnotherPodAndReplacesNone() throws InvalidJsonException {
        Catalogue own = BuiltInProfiles.read().current();
        SortedMap<String, Profile> changed = new TreeMap<>(own.profiles());
        changed.put("ClaudeCode", StrictJson.read("""
                        {"description": "another",
                         "environment": [{"name": "ANOTHER", "value": "1", "purpose": "test"}],
                         "providers": [{"host": "packages.example.com", "baseUrl": {"env": "PACKAGES"}}],
                         "files": [{"path": "another", "content": ""}]}""".getBytes(StandardCharsets.UTF_8), Profile.class));

        Pod before = pod(own, SPEC);
        Pod after = pod(new Catalogue(changed, new TreeMap<>()), SPEC);

        assertThat(after.getSpec()).isNotEqualTo(before.getSpec());
        assertThat(hash(after)).isEqualTo(hash(before));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[ClaudeCode] | [ClaudeCode, Aider] | true",
                "[ClaudeCode] | [Generic, ClaudeCode] | false",
                "name: anthropic | name: claude | true",
                "header: {name: x-api-key, secretKeyRef: {name: s, key: k}} | bearer: {secretKeyRef: {name: s, key: k}} | true",
                "hosts: [api.anthropic.com] | hosts: [gateway.example.com] | true",
                "name: packages | name: more-packages | false",
                "hosts: [packages.example.com] | hosts: [other.example.com] | false",
            })
    void whatAProfileTakesFromTheSpecReplacesThePod(String from, String to, boolean replaced) {
        Catalogue catalogue = BuiltInProfiles.read().current();
        String changed = SPEC.replace(from, to);
        assertThat(changed).isNotEqualTo(SPEC);

        assertThat(hash(pod(catalogue, changed)).equals(hash(pod(catalogue, SPEC))))
                .isEqualTo(!replaced);
    }
}
