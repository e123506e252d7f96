package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A union: the schema lets exactly one kind through. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value =
                "[has(self.bearer), has(self.header), has(self.basic), has(self.query), "
                        + "has(self.oauth2), has(self.gitHubApp), has(self.awsSigV4), has(self.googleServiceAccount)].exists_one(k, k)",
        reason = "FieldValueInvalid",
        message = "a credential is of exactly one kind: bearer, header, basic, query, oauth2, gitHubApp, "
                + "awsSigV4 or googleServiceAccount; another goes into a route of its own")
@ValidationRule(
        value = "!has(self.placeholder) || !has(self.awsSigV4)",
        fieldPath = ".placeholder",
        reason = "FieldValueForbidden",
        message = "awsSigV4 signs the whole request and replaces no token: leave placeholder out")
public record Credential(
        @JsonPropertyDescription("Authorization: Bearer <value> (RFC 6750).")
        CredentialKind.@Nullable Bearer bearer,

        @JsonPropertyDescription("A header of its own.") CredentialKind.@Nullable Header header,

        @JsonPropertyDescription("Authorization: Basic <user name:password> (RFC 7617).")
        CredentialKind.@Nullable Basic basic,

        @JsonPropertyDescription("A query parameter whose value is the Secret's.")
        CredentialKind.@Nullable Query query,

        @JsonPropertyDescription("An access token that the proxy gets from a token endpoint, with client credentials "
                + "or a refresh token (RFC 6749), sent as Bearer.")
        CredentialKind.@Nullable OAuth2 oauth2,

        @JsonPropertyDescription("An installation token of a GitHub App, sent as Bearer, to git as Basic.")
        CredentialKind.@Nullable GitHubApp gitHubApp,

        @JsonPropertyDescription("A signature by AWS Signature Version 4.")
        CredentialKind.@Nullable AwsSigV4 awsSigV4,

        @JsonPropertyDescription("An access token of a Google service account, sent as Bearer.")
        CredentialKind.@Nullable GoogleServiceAccount googleServiceAccount,

        @JsonPropertyDescription("Hands the agent a random token, worth nothing elsewhere, and puts the credential "
                + "only into requests that carry it, in its place. Unset: into every permitted request.")
        @Nullable Placeholder placeholder) {

    /** The kinds that are set, in the order of the components. One, if the schema's rules were applied. */
    public List<CredentialKind> kinds() {
        return Stream.<@Nullable CredentialKind>of(
                        bearer, header, basic, query, oauth2, gitHubApp, awsSigV4, googleServiceAccount)
                .<CredentialKind>mapMulti((kind, found) -> {
                    if (kind != null) {
                        found.accept(kind);
                    }
                })
                .toList();
    }
}
