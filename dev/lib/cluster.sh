# shellcheck shell=bash source=dev/lib/shell.sh
# The cluster's node image, and the programs that talk to a cluster. Sourced after shell.sh, machine.sh, docker.sh and go.sh.

k3s_public=rancher/k3s:v1.36.3-k3s1

# k3s_image: the name of an image that K3sContainer and dev/cluster/up can start: the public one where a registry has it, else
# one with upstream Kubernetes that is built here. SALLYPORT_K3S_IMAGE names another.
k3s_image() {
  local name kubernetes node
  if [ -n "${SALLYPORT_K3S_IMAGE-}" ]; then
    echo "$SALLYPORT_K3S_IMAGE"
    return 0
  fi
  if has_image $k3s_public; then
    echo $k3s_public
    return 0
  fi
  ensure_debian
  name=local/k3s:v1.36.3-$(digest -s "$(image_id debian:trixie-slim)" dev/cluster/node dev/tools/node dev/tools/kubernetes)
  if ! has_image "$name"; then
    if registry_has $k3s_public; then
      logged k3s "Pulling $k3s_public" docker pull $k3s_public
      echo $k3s_public
      return 0
    fi
    need_packages gcc libc6-dev libseccomp-dev pkg-config
    kubernetes=$(kubernetes_tools)
    node=$(go_tools node dev/tools/node "Building containerd, runc, etcd and CoreDNS from Go modules (2 minutes on 2 cores, once)")
    logged k3s "Building the node image $name (1 minute)" build_node "$name" "$kubernetes" "$node"
    keep_recent local/k3s
  fi
  echo "$name"
}

kubernetes_tools() {
  go_tools kubernetes dev/tools/kubernetes "Building Kubernetes 1.36 from Go modules (6 minutes on 2 cores, once)"
}

build_node() {
  local name=$1 kubernetes=$2 node=$3 source=$repo/dev/cluster/node work plugin
  work=$(mktemp -d "$cache/work.XXXXXX")
  # shellcheck disable=SC2064 # the directory as it is now
  trap "rm -rf '$work'" EXIT
  mkdir "$work"/{bin,cni,images}
  cp "$source/Dockerfile" "$source/k3s" "$work"
  cp -r "$source/manifests" "$work"
  # Hard links where the cache allows: half a gigabyte need not be copied.
  cp -l "$kubernetes"/* "$node"/{containerd,containerd-shim-runc-v2,ctr,etcd,runc} "$work/bin"
  for plugin in host-local loopback portmap ptp; do cp -l "$node/$plugin" "$work/cni"; done
  node_part pause "$source" "$work/images"
  cp -l "$node/coredns" "$work"
  cp "$source/coredns.Dockerfile" "$work"
  node_part coredns "$work" "$work/images"
  rm "$work/coredns"
  build_image "$name" "$work"
}

# An image that the node brings along.
node_part() {
  build_image "localhost/$1:1" "$2" --file "$2/$1.Dockerfile"
  docker save --output "$3/$1.tar" "localhost/$1:1"
  docker image rm "localhost/$1:1"
}

# The programs for the host: those on PATH are not used, so that everybody runs the same.
kubectl_program() { echo "$(kubernetes_tools)/kubectl"; }
helm_program() { echo "$(go_tools helm dev/tools/helm "Building Helm from Go modules (3 minutes on 2 cores, once)")/helm"; }
h2spec_program() { echo "$(go_tools h2spec dev/tools/h2spec "Building h2spec from a Go module")/h2spec"; }
kubeconform_program() { echo "$(go_tools kubeconform dev/tools/kubeconform "Building kubeconform from a Go module")/kubeconform"; }

cluster=sallyport                    # the container's name
cluster_kubeconfig=$cache/kubeconfig # for kubectl on the host

# cluster_up IMAGE: a running, ready cluster of that image; the one that is there if it runs and has the same image.
cluster_up() {
  local image=$1 port
  if [ "$(docker inspect -f '{{.State.Running}} {{.Config.Image}}' $cluster 2>/dev/null)" != "true $image" ]; then
    step "Starting the cluster: container $cluster of $image"
    cluster_down
    start_node "$image"
  fi
  wait_until 180 "the cluster's kubeconfig" docker exec $cluster test -s /etc/rancher/k3s/k3s.yaml
  port=$(docker port $cluster 6443/tcp | sed -n '1s/.*://p')
  (
    umask 077
    docker exec $cluster cat /etc/rancher/k3s/k3s.yaml | sed "s#https://127.0.0.1:6443#https://127.0.0.1:$port#" >"$cluster_kubeconfig.part"
  )
  mv "$cluster_kubeconfig.part" "$cluster_kubeconfig"
  wait_until 180 "a ready node" cluster_ready
}

start_node() {
  local rights=(--privileged)
  # A root without CAP_SYS_RESOURCE, as in many virtual machines and containers, cannot give all: all but that one will do.
  has_capability "$cap_sys_resource" ||
    rights=(--cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined --security-opt apparmor=unconfined)
  # The arguments but for --tls-san mean something to the public image only.
  docker run --detach --name $cluster --hostname $cluster "${rights[@]}" --cgroupns host \
    --volume /sys/fs/cgroup:/sys/fs/cgroup:rw --tmpfs /run --tmpfs /var/run --publish 127.0.0.1::6443 \
    "$1" server --tls-san=localhost --disable=traefik --disable=metrics-server >/dev/null
}

cluster_ready() {
  kube wait --for=condition=Ready node --all --timeout=5s &&
    kube -n default get serviceaccount default &&
    kube -n kube-system wait --for=condition=Available deployment coredns --timeout=5s
}

# wait_until SECONDS WORDS COMMAND...
wait_until() {
  local limit=$((SECONDS + $1)) words=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$(docker inspect -f '{{.State.Running}}' $cluster)" != true ] || [ $SECONDS -ge $limit ]; then
      docker logs --tail 40 $cluster >&2 || true
      die "the cluster did not come up: no $words (above: the end of its log)"
    fi
    sleep 0.3
  done
}

cluster_down() {
  docker rm --force --volumes $cluster >/dev/null 2>&1 || true
  rm -f "$cluster_kubeconfig"
}

# cluster_load IMAGE...: puts images of the Docker daemon into the cluster, unless they are there.
cluster_load() {
  local image present
  [ $# -gt 0 ] || return 0
  present=$(docker exec $cluster ctr --namespace k8s.io images list --quiet 2>/dev/null)
  for image in "$@"; do
    grep -qxF -e "docker.io/$image" -e "$image" <<<"$present" && continue
    logged load "Loading $image into the cluster" load_image "$image"
  done
}

load_image() { docker save "$1" | docker exec --interactive $cluster ctr --namespace k8s.io images import -; }

kube() { "$kubectl" --kubeconfig "$cluster_kubeconfig" "$@"; }
