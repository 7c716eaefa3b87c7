# Two stages: Swift's own image builds, a small Debian runs. Both are Debian 12, so the libraries are the same.
#
#     docker build -t vision-server .
#     docker run --name vision-server --stop-timeout 120 -p 127.0.0.1:54880:54880 -v vision-models:/models vision-server
#
# Options of `vision-server serve` follow the image's name, or come as variables (-e VISION_SERVER_MODEL=demo).

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libgif-dev libjpeg-dev libpng-dev libssl-dev libtiff-dev libwebp-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# What the network gives, in a layer of its own: it changes least.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Models Models
COPY Tests Tests
RUN swift build -c release --product vision-server && strip .build/release/vision-server

FROM debian:bookworm-slim
# Swift's runtime is in the program; these decode the pictures (libheif1 HEIC and AVIF, libjxl0.7 JPEG XL), convert
# their colours (liblcms2-2), and fetch models from the hub.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libgif7 libheif1 libjpeg62-turbo libjxl0.7 liblcms2-2 libpng16-16 libssl3 \
        libstdc++6 libtiff6 libwebp7 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin vision \
    && install -d -o vision -g vision /models
COPY --from=build /source/.build/release/vision-server /usr/local/bin/vision-server
USER vision
# Models are fetched into the volume, in Hugging Face's own layout.
ENV HF_HOME=/models VISION_SERVER_HOST=0.0.0.0 VISION_SERVER_PORT=54880
VOLUME /models
EXPOSE 54880
# There is no curl in the image; bash speaks enough HTTP to ask whether the process lives.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD [ \
  "bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/$VISION_SERVER_PORT; printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3; grep -q ' 200 ' <&3" \
  ]
ENTRYPOINT ["vision-server"]
CMD ["serve"]
