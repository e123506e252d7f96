# One of Sallyport's programs on the Java runtime, with a cache of its loaded and linked classes from a real run, which saves
# more than half of its start.
ARG RUNTIME
FROM ${RUNTIME} AS app
COPY app/ /opt/app/
COPY sbom.json /usr/share/doc/sallyport/sbom.json

# The jars' layer is the same below the run that trains and the one that uses the cache: it is valid for these very files only.
FROM app AS trained
COPY training/ /training/
RUN mkdir /opt/app/aot && /training/train /opt/java/bin/java

FROM app
COPY --from=trained /opt/app/aot/ /opt/app/aot/
# Programs besides the one that the image is for.
ENV PATH="/opt/app/bin:${PATH}"
ARG TITLE
ARG VERSION
LABEL org.opencontainers.image.title="${TITLE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.vendor="Sallyport" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="debian:trixie-slim"
# Numeric, so that Kubernetes can tell that it is not root.
ARG USER_ID
USER ${USER_ID}:${USER_ID}
WORKDIR /
ENTRYPOINT ["/opt/java/bin/java", "-XX:AOTCache=/opt/app/aot/cache", "@/opt/app/arguments"]
