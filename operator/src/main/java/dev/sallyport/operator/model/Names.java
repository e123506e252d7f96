package dev.sallyport.operator.model;

/** Names that Sallyport gives, and which a template may therefore not use. */
public final class Names {

    /** Labels and annotations of Sallyport's own. */
    public static final String DOMAIN = "sallyport.dev/";

    /** Label: the sandbox's name, on all that belongs to one. */
    public static final String SANDBOX_LABEL = DOMAIN + "sandbox";

    /** Annotation of the pod: what in the template makes a new pod necessary when it changes. */
    public static final String TEMPLATE_HASH = DOMAIN + "template-hash";

    /** Annotation of the pod: which configuration it should serve; changing it makes kubelet refresh the volume. */
    public static final String CONFIG_HASH = DOMAIN + "config-hash";

    /** Annotation of a namespace: {@code true} where its Secrets must name the hosts that may get them. */
    public static final String REQUIRE_ALLOWED_HOSTS = DOMAIN + "require-allowed-hosts";

    /** Label of a paired sandbox's pods: which of the two it is. */
    public static final String ROLE_LABEL = DOMAIN + "role";

    public static final String AGENT_ROLE = "agent";
    public static final String PROXY_ROLE = "proxy";

    public static final String FIELD_MANAGER = "sallyport-operator";

    public static final String PROXY_CONTAINER = "proxy";

    /** The init container that fences the pod and proves it. */
    public static final String GUARD_CONTAINER = "egress-guard";

    /** The container that keeps what a paired agent trusts as the proxy has it. */
    public static final String TRUST_CONTAINER = "sallyport-trust";

    /** What the names of the pod's own volumes begin with. */
    public static final String VOLUME_PREFIX = "sallyport-";

    public static final String CONFIG_VOLUME = VOLUME_PREFIX + "config";
    public static final String CREDENTIALS_VOLUME = VOLUME_PREFIX + "credentials";
    public static final String STATE_VOLUME = VOLUME_PREFIX + "state";

    /** What the agent needs to trust the proxy's certificates: the proxy writes it, the agent reads it. */
    public static final String TRUST_VOLUME = VOLUME_PREFIX + "trust";

    /** By which the proxy tells the guard beside it that it takes requests. */
    public static final String START_VOLUME = VOLUME_PREFIX + "start";

    /** The homes of the agent's containers that have none from the template, one for each user. */
    public static final String HOME_VOLUME = VOLUME_PREFIX + "home";

    /** The file in the ConfigMap. */
    public static final String CONFIG_KEY = "config.json";

    /** Another file in it: how the proxy finds a DNS server in a pod that has none. */
    public static final String RESOLVER_KEY = "resolv.conf";

    /** The key with which a Secret binds itself to hosts; never a credential. */
    public static final String ALLOWED_HOSTS_KEY = "allowed-hosts";

    /** The proxy's port for the agent, on loopback. */
    public static final int DATA_PORT = 15001;

    /** The same, as the agent's containers reach it. */
    public static final String DATA_URL = "http://127.0.0.1:" + DATA_PORT;

    /** The proxy's port for the operator and kubelet. */
    public static final int ADMIN_PORT = 15002;

    /** The proxy's UID and GID. */
    public static final long PROXY_UID = 65533;

    /** The kernel's overflow UID: what a process of another user namespace looks like. */
    public static final long OVERFLOW_UID = 65534;

    /** What the agent runs as where the template does not say. */
    public static final long AGENT_UID = 1000;

    /** A value of a label has at most this many characters, and the sandbox's name becomes one. */
    public static final int LONGEST_NAME = 63;

    private static final String OWNED_SUFFIX = "-sallyport";

    private Names() {}

    /** The name of ConfigMap, service account and NetworkPolicy, and of the paired proxy's pod and Service. */
    public static String owned(String sandbox) {
        return sandbox + OWNED_SUFFIX;
    }

    /** The name of a paired agent's own NetworkPolicy. */
    public static String agentPolicy(String sandbox) {
        return owned(sandbox) + "-agent";
    }

    /** Whether a ConfigMap of this name may be some sandbox's proxy configuration. */
    public static boolean isOwned(String name) {
        return name.endsWith(OWNED_SUFFIX);
    }

    /** The name of the claim that a claim template makes. */
    public static String claim(String template, String sandbox) {
        return template + "-" + sandbox;
    }
}
