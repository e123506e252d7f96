package dev.sallyport.testing;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A running cluster of one node.
 *
 * <p>The image is the system property {@value #IMAGE}, by default the public K3s image of the Kubernetes that the project
 * is built for. Another image is taken for the stand-in of {@code dev/cluster}, which answers to the same contract and
 * runs with all capabilities but CAP_SYS_RESOURCE instead of {@code --privileged}, which not every machine can give.
 */
public final class Cluster implements AutoCloseable {
    /** The system property that names the image. */
    public static final String IMAGE = "sallyport.k3s.image";

    private static final String PUBLIC_REPOSITORY = "rancher/k3s";
    private static final String PUBLIC_IMAGE = PUBLIC_REPOSITORY + ":v1.36.3-k3s1";

    private final K3sContainer container;
    private final KubernetesClient client;
    private final boolean enforcesNetworkPolicies;

    private Cluster(K3sContainer container, boolean enforcesNetworkPolicies) {
        this.container = container;
        this.enforcesNetworkPolicies = enforcesNetworkPolicies;
        this.client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(container.getKubeConfigYaml()))
                .build();
    }

    /**
     * Starts one; ready when the node's controllers have synchronised.
     *
     * @throws IllegalStateException if there is no Docker, or the container doesn't come up
     */
    static Cluster start() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            throw new IllegalStateException(
                    "this test needs a Kubernetes cluster, and so a Docker daemon that can be reached: "
                            + "./dev/test starts one and builds the image");
        }
        String image = System.getProperty(IMAGE, PUBLIC_IMAGE);
        K3sContainer container = container(image);
        container.start();
        return new Cluster(container, isPublic(DockerImageName.parse(image)));
    }

    private static K3sContainer container(String image) {
        DockerImageName name = DockerImageName.parse(image);
        K3sContainer container = new K3sContainer(name.asCompatibleSubstituteFor(PUBLIC_REPOSITORY));
        if (!isPublic(name)) {
            container.withCreateContainerCmdModifier(Cluster::withoutPrivilege);
        }
        return container;
    }

    private static boolean isPublic(DockerImageName name) {
        return name.getUnversionedPart().equals(PUBLIC_REPOSITORY);
    }

    private static void withoutPrivilege(CreateContainerCmd command) {
        Objects.requireNonNull(command.getHostConfig())
                .withPrivileged(false)
                .withCapAdd(Capability.ALL)
                .withCapDrop(Capability.SYS_RESOURCE)
                .withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined"));
    }

    /** Whether NetworkPolicies are in force without anybody's doing: K3s has a controller for them, the stand-in has none. */
    public boolean enforcesNetworkPolicies() {
        return enforcesNetworkPolicies;
    }

    /** A client with all rights; closed with the cluster. */
    public KubernetesClient client() {
        return client;
    }

    /** How programs on this machine reach the API server, with all rights. */
    public String kubeconfig() {
        return container.getKubeConfigYaml();
    }

    /** What a program printed and how it ended. */
    public record Output(int exitCode, String out, String err) {}

    /**
     * Runs the node's own kubectl, with all rights.
     *
     * @param arguments what follows {@code kubectl}; files are those put there by {@link #copyToNode}
     */
    public Output kubectl(String... arguments) {
        return onNode(Stream.concat(Stream.of("kubectl"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Runs a program on the node, as root. */
    public Output onNode(String... command) {
        try {
            ExecResult result = container.execInContainer(StandardCharsets.UTF_8, command);
            return new Output(result.getExitCode(), result.getStdout(), result.getStderr());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a program ran on the node", e);
        }
    }

    /** Copies a file into the node's file system, replacing what is there. */
    public void copyToNode(Path file, String path) {
        container.copyFileToContainer(MountableFile.forHostPath(file), path);
    }

    /** Writes a file into the node's file system, replacing what is there. */
    public void copyToNode(String content, String path) {
        container.copyFileToContainer(Transferable.of(content), path);
    }

    /**
     * Brings an image from this machine's Docker to the node, so that pods which never pull can use it.
     *
     * @throws IllegalStateException if there is no such image, or the node does not take it
     */
    public void load(String image) {
        String archive = "/tmp/" + image.replaceAll("[^a-zA-Z0-9.-]", "_") + ".tar";
        try {
            Path file = Files.createTempFile("image", ".tar");
            try (InputStream layers =
                    DockerClientFactory.instance().client().saveImageCmd(image).exec()) {
                Files.copy(layers, file, StandardCopyOption.REPLACE_EXISTING);
                copyToNode(file, archive);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Output imported = onNode("ctr", "--namespace=k8s.io", "images", "import", archive);
        if (imported.exitCode() != 0) {
            throw new IllegalStateException("the node does not take " + image + ": " + imported.err());
        }
        onNode("rm", archive);
    }

    @Override
    public void close() {
        client.close();
        container.stop();
    }
}
