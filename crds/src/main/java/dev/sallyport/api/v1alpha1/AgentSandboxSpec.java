package dev.sallyport.api.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks for. The API server fills in the schema's defaults; this record fills in the same ones for a
 * manifest that did not pass it, so only {@code limits} and {@code shutdownTime} can be null. Nothing here is a credential: Secrets are
 * named, never read.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "!has(self.routes) || self.routes.all(r, !has(r.baseUrl) || !has(r.baseUrl.env) || "
                + "self.routes.exists_one(q, has(q.baseUrl) && has(q.baseUrl.env) && q.baseUrl.env == r.baseUrl.env))",
        fieldPath = ".routes",
        reason = "FieldValueInvalid",
        message = "baseUrl.env must differ from route to route, since one variable holds one URL: "
                + "name another variable or leave one out")
@ValidationRule(
        value = "!has(self.routes) || self.routes.all(r, !has(r.baseUrl) || !has(r.baseUrl.env) || "
                + "!self.routes.exists(q, has(q.credential) && has(q.credential.placeholder) "
                + "&& q.credential.placeholder.env == r.baseUrl.env))",
        fieldPath = ".routes",
        reason = "FieldValueInvalid",
        message = "credential.placeholder.env and baseUrl.env must not name the same variable: "
                + "give the placeholder a variable of its own")
@ValidationRule(
        value = "!has(self.volumeClaimTemplates) || self.volumeClaimTemplates.all(a, "
                + "self.volumeClaimTemplates.exists_one(b, a.metadata.name == b.metadata.name))",
        fieldPath = ".volumeClaimTemplates",
        reason = "FieldValueInvalid",
        message = "metadata.name must differ from template to template: rename one")
public record AgentSandboxSpec(
        @JsonPropertyDescription("The agents whose environment is set up in every container of the pod template: "
                + "base URL and proxy variables, trust in the sandbox's certificate authority, settings files. "
                + "What the template sets itself is never overwritten. "
                + "Generic sets what common tools read and nothing for a certain agent; it is part of every other. "
                + "The operator knows which there are: its own and those that the platform adds.")
        @Default("[\"Generic\"]")
        @Size(min = 1, max = 16) List<@Pattern(Patterns.PROFILE) @Size(min = 1, max = 63) String> agentProfiles,

        @Required
        @JsonPropertyDescription("The agent's pod: a core/v1 PodTemplateSpec. Every container in it is the agent, "
                + "which is taken to be hostile. What it leaves out gets a hardened default; "
                + "what would undo the isolation is refused, never changed.")
        PodTemplateSpec podTemplate,

        @JsonPropertyDescription("Claims for volumes that outlive the pod. The claim <template>-<sandbox> is created "
                + "for each and mounted by a volume of the template's name, "
                + "which containers refer to in volumeMounts.")
        @Size(max = 8) List<PersistentVolumeClaimTemplate> volumeClaimTemplates,

        @JsonPropertyDescription("What may leave the sandbox; nothing else does.") @Size(max = 64) List<Route> routes,

        @JsonPropertyDescription(
                "Bounds on the requests of all routes together, besides each route's own. Unset: none.")
        @Nullable Limits limits,

        @JsonPropertyDescription("Enforce refuses what the routes do not allow. "
                + "Audit lets it pass without a credential and marks it in the audit log: "
                + "to find out what an agent needs, not to run one.")
        @Default("Enforce")
        Enforcement enforcement,

        @JsonPropertyDescription("The proxy that guards the sandbox.") @Default("{}")
        Proxy proxy,

        @JsonPropertyDescription("Running keeps one pod. Suspended deletes it and keeps the claimed volumes.")
        @Default("Running")
        OperatingMode operatingMode,

        @JsonPropertyDescription("When the sandbox ends by itself (RFC 3339). Unset: never.") @Nullable String shutdownTime,

        @JsonPropertyDescription("What happens at shutdownTime: Delete removes the resource with all that it owns, "
                + "Retain removes the pod and keeps the resource, its status and its claimed volumes.")
        @Default("Retain")
        ShutdownPolicy shutdownPolicy) {

    /** The profile that is meant where none is named. */
    public static final String GENERIC = "Generic";

    public AgentSandboxSpec {
        agentProfiles = agentProfiles == null ? List.of(GENERIC) : List.copyOf(agentProfiles);
        volumeClaimTemplates = Absent.asEmpty(volumeClaimTemplates);
        routes = Absent.asEmpty(routes);
        enforcement = requireNonNullElse(enforcement, Enforcement.Enforce);
        proxy = proxy == null ? new Proxy(Placement.Sidecar, null) : proxy;
        operatingMode = requireNonNullElse(operatingMode, OperatingMode.Running);
        shutdownPolicy = requireNonNullElse(shutdownPolicy, ShutdownPolicy.Retain);
    }
}
