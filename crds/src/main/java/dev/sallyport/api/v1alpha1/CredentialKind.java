package dev.sallyport.api.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One way to authenticate a request. */
public sealed interface CredentialKind {

    /** Every Secret value that the proxy needs for this kind; never empty, in the order of the components. */
    List<SecretKeySelector> secretKeys();

    /** RFC 6750. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Bearer(
            @Required @JsonPropertyDescription("The token.") SecretKeySelector secretKeyRef) implements CredentialKind {
        @Override
        public List<SecretKeySelector> secretKeys() {
            return List.of(secretKeyRef);
        }
    }

    /** A header of its own. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!(self.name.lowerAscii() in [" + Patterns.FRAMING_OR_ROUTING + "])",
            fieldPath = ".name",
            reason = "FieldValueForbidden",
            message = "this header frames or routes the message and can't hold a credential: "
                    + "name the header that the API's documentation asks for")
    record Header(
            @Required
            @JsonPropertyDescription("The header's name; not one that frames or routes the message.")
            @Pattern(Patterns.TOKEN) @Size(min = 1, max = 128) String name,

            @Required @JsonPropertyDescription("The header's value.")
            SecretKeySelector secretKeyRef,

            @JsonPropertyDescription(
                    "What stands before the value in the header, its last space included. Unset: nothing.")
            @Pattern("^[!-~][ -~]*$") @Size(min = 1, max = 64) @Nullable String prefix)
            implements CredentialKind {
        @Override
        public List<SecretKeySelector> secretKeys() {
            return List.of(secretKeyRef);
        }
    }

    /** RFC 7617. Exactly one of {@code username} and {@code usernameSecretKeyRef} is set. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.username) != has(self.usernameSecretKeyRef)",
            reason = "FieldValueRequired",
            message = "basic needs exactly one of username and usernameSecretKeyRef")
    record Basic(
            @JsonPropertyDescription("The user name, where it is no secret. Without a colon (RFC 7617); may be empty.")
            @Pattern("^[ -9;-~]*$") @Size(max = 255) @Nullable String username,

            @JsonPropertyDescription("The user name, where a Secret holds it.") @Nullable SecretKeySelector usernameSecretKeyRef,

            @Required @JsonPropertyDescription("The password or token.")
            SecretKeySelector passwordSecretKeyRef)
            implements CredentialKind {
        @Override
        public List<SecretKeySelector> secretKeys() {
            return present(usernameSecretKeyRef, passwordSecretKeyRef);
        }
    }

    /** A query parameter; the value is percent-encoded by the proxy. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record Query(
            @Required
            @JsonPropertyDescription("The parameter's name. One that the agent sends itself is removed.")
            @Pattern(Patterns.PARAMETER) @Size(min = 1, max = 64) String name,

            @Required @JsonPropertyDescription("The parameter's value.")
            SecretKeySelector secretKeyRef)
            implements CredentialKind {
        @Override
        public List<SecretKeySelector> secretKeys() {
            return List.of(secretKeyRef);
        }
    }

    /**
     * RFC 6749: the refresh token grant where {@code refreshTokenSecretKeyRef} is set, else client credentials. At least
     * one of the two Secret values is set.
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "has(self.clientSecretSecretKeyRef) || has(self.refreshTokenSecretKeyRef)",
            reason = "FieldValueRequired",
            message = "oauth2 needs clientSecretSecretKeyRef, refreshTokenSecretKeyRef or both")
    record OAuth2(
            @Required
            @JsonPropertyDescription("The token endpoint, an https URL. Only the proxy talks to it.")
            @Pattern(Patterns.HTTPS_URL) @Size(min = 1, max = 1024) String tokenUrl,

            @Required
            @JsonPropertyDescription("The client identifier.")
            @Pattern(Patterns.VISIBLE) @Size(min = 1, max = 256) String clientId,

            @JsonPropertyDescription("The client's secret. Unset: a public client, which needs a refresh token.")
            @Nullable SecretKeySelector clientSecretSecretKeyRef,

            @JsonPropertyDescription("A refresh token. Unset: the client credentials grant.") @Nullable SecretKeySelector refreshTokenSecretKeyRef,

            @JsonPropertyDescription("How the client shows its secret to the token endpoint: in an Authorization "
                    + "header or in the form.")
            @Default("ClientSecretBasic")
            ClientAuthentication clientAuthentication,

            @JsonPropertyDescription("The scopes to ask for. Empty: the endpoint's default.") @Size(max = 32) List<@Pattern(Patterns.SCOPE) @Size(min = 1, max = 256) String> scopes,

            @JsonPropertyDescription("The audience parameter that some endpoints need. Unset: not sent.")
            @Pattern(Patterns.VISIBLE) @Size(min = 1, max = 1024) @Nullable String audience)
            implements CredentialKind {

        public OAuth2 {
            clientAuthentication = requireNonNullElse(clientAuthentication, ClientAuthentication.ClientSecretBasic);
            scopes = Absent.asEmpty(scopes);
        }

        @Override
        public List<SecretKeySelector> secretKeys() {
            return present(clientSecretSecretKeyRef, refreshTokenSecretKeyRef);
        }
    }

    /** An installation access token, minted with the app's private key. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record GitHubApp(
            @Required
            @JsonPropertyDescription("The app's client ID or its numeric ID.")
            @Pattern("^[A-Za-z0-9._-]+$") @Size(min = 1, max = 64) String appId,

            @Required @JsonPropertyDescription("The installation's ID.") @Min(1) @Max(9_007_199_254_740_991D) Long installationId,

            @Required @JsonPropertyDescription("The app's private key, PEM.")
            SecretKeySelector privateKeySecretKeyRef,

            @JsonPropertyDescription("Repository names, without the owner, to which the token is narrowed. "
                    + "Empty: all of the installation.")
            @Size(max = 64) List<@Pattern("^[A-Za-z0-9._-]+$") @Size(min = 1, max = 100) String> repositories,

            @JsonPropertyDescription("Permissions to which the token is narrowed. Empty: all of the installation.")
            @Size(max = 64) List<Permission> permissions,

            @JsonPropertyDescription("The API's base URL, for GitHub Enterprise Server.")
            @Default("https://api.github.com")
            @Pattern(Patterns.HTTPS_URL) @Size(min = 1, max = 1024) String apiUrl)
            implements CredentialKind {

        public GitHubApp {
            repositories = Absent.asEmpty(repositories);
            permissions = Absent.asEmpty(permissions);
            apiUrl = requireNonNullElse(apiUrl, "https://api.github.com");
        }

        @Override
        public List<SecretKeySelector> secretKeys() {
            return List.of(privateKeySecretKeyRef);
        }

        /** One permission of an installation token. */
        @JsonIgnoreProperties(ignoreUnknown = true)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        public record Permission(
                @Required
                @JsonPropertyDescription("The permission as GitHub's API spells it: contents, pull_requests.")
                @Pattern("^[a-z][a-z_]*$") @Size(min = 1, max = 64) String name,

                @Required @JsonPropertyDescription("The level.")
                PermissionAccess access) {}
    }

    /** AWS Signature Version 4 with a static or session key. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record AwsSigV4(
            @Required
            @JsonPropertyDescription("The region of the credential scope: eu-central-1.")
            @Pattern("^[a-z0-9-]+$") @Size(min = 1, max = 64) String region,

            @Required
            @JsonPropertyDescription("The service of the credential scope: bedrock.")
            @Pattern("^[a-z0-9-]+$") @Size(min = 1, max = 64) String service,

            @Required @JsonPropertyDescription("The access key ID.")
            SecretKeySelector accessKeyIdSecretKeyRef,

            @Required @JsonPropertyDescription("The secret access key.")
            SecretKeySelector secretAccessKeySecretKeyRef,

            @JsonPropertyDescription("The session token of temporary keys. Unset: long-term keys.") @Nullable SecretKeySelector sessionTokenSecretKeyRef)
            implements CredentialKind {
        @Override
        public List<SecretKeySelector> secretKeys() {
            return present(accessKeyIdSecretKeyRef, secretAccessKeySecretKeyRef, sessionTokenSecretKeyRef);
        }
    }

    /** An access token got with a service account's JSON key (RFC 7523). */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record GoogleServiceAccount(
            @Required @JsonPropertyDescription("The service account's key, JSON.")
            SecretKeySelector secretKeyRef,

            @JsonPropertyDescription("OAuth scopes. Empty: https://www.googleapis.com/auth/cloud-platform.")
            @Size(max = 32) List<@Pattern(Patterns.SCOPE) @Size(min = 1, max = 256) String> scopes)
            implements CredentialKind {

        public GoogleServiceAccount {
            scopes = Absent.asEmpty(scopes);
        }

        @Override
        public List<SecretKeySelector> secretKeys() {
            return List.of(secretKeyRef);
        }
    }

    private static List<SecretKeySelector> present(@Nullable SecretKeySelector... selectors) {
        return Stream.of(selectors).filter(Objects::nonNull).toList();
    }
}
