# The process that holds a pod's namespaces: Debian's static catatonit does just that.
FROM debian:trixie-slim AS packages
RUN apt-get update && apt-get install -y --no-install-recommends catatonit

FROM scratch
COPY --from=packages /usr/bin/catatonit /pause
USER 65535
ENTRYPOINT ["/pause", "-P"]
