package dev.sallyport.operator.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sallyport.api.v1alpha1.CredentialKind;

/** The kinds of credential, spelled as in a route. */
public enum CredentialName {
    @JsonProperty("bearer")
    BEARER,
    @JsonProperty("header")
    HEADER,
    @JsonProperty("basic")
    BASIC,
    @JsonProperty("query")
    QUERY,
    @JsonProperty("oauth2")
    OAUTH2,
    @JsonProperty("gitHubApp")
    GIT_HUB_APP,
    @JsonProperty("awsSigV4")
    AWS_SIG_V4,
    @JsonProperty("googleServiceAccount")
    GOOGLE_SERVICE_ACCOUNT;

    public static CredentialName of(CredentialKind kind) {
        return switch (kind) {
            case CredentialKind.Bearer ignored -> BEARER;
            case CredentialKind.Header ignored -> HEADER;
            case CredentialKind.Basic ignored -> BASIC;
            case CredentialKind.Query ignored -> QUERY;
            case CredentialKind.OAuth2 ignored -> OAUTH2;
            case CredentialKind.GitHubApp ignored -> GIT_HUB_APP;
            case CredentialKind.AwsSigV4 ignored -> AWS_SIG_V4;
            case CredentialKind.GoogleServiceAccount ignored -> GOOGLE_SERVICE_ACCOUNT;
        };
    }
}
