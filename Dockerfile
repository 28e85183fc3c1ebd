# The controller as an image: its two programs over Debian's libraries, not run as root, nothing written but its cache.
FROM debian:12 AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        cmake ninja-build gcc libc6-dev pkg-config libgit2-dev libpq-dev libcurl4-openssl-dev \
        libyaml-dev libpcre2-dev libjansson-dev libmicrohttpd-dev libssl-dev libcmocka-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    && cmake --build /build --target cutover \
    && strip /build/cutover /build/cutover-online

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates tini libgit2-1.5 libpq5 libcurl4 libyaml-0-2 libpcre2-8-0 libjansson4 libmicrohttpd12 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 65532 -g 65532 /var/cache/cutover
COPY --from=build /build/cutover /build/cutover-online /usr/local/bin/
USER 65532:65532
EXPOSE 8080 9090
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/cutover"]
CMD ["run"]
