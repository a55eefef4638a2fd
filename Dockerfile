# Build:              docker build -t spotter .
#   with the drivers for hardware decoding (hardware: vaapi):  docker build -t spotter --target vaapi .
#   with CUDA for the models (compute.provider: cuda):         docker build -t spotter --target cuda .
# Play the demo:      docker run --rm -p 127.0.0.1:8480:8480 spotter demo --host 0.0.0.0
# Make a home:        mkdir faces && docker run --rm --user "$(id -u):$(id -g)" -v ./faces:/spotter spotter init
# Watch its cameras:  docker run -d -p 127.0.0.1:8480:8480 --user "$(id -u):$(id -g)" -v ./faces:/spotter spotter
# Better models:      the same with "spotter setup" or "spotter models pull opencv"; they are put into /spotter/models.
# compose.yaml does the same, and explains volumes, user and devices.

# An exact version, so that the same checkout gives the same image. To pin it to the byte, add the digest that
# `docker buildx imagetools inspect node:<tag>` prints: --build-arg NODE=<tag>@sha256:...
ARG NODE=20.20.2-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.types.json ./
COPY .ci/build.mjs .ci/stamp.mjs .ci/bundle.mjs .ci/
COPY models/catalogue.yaml models/
COPY src src
COPY bench bench
RUN node .ci/build.mjs \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# onnxruntime-node ships its libraries for every platform; keep only this one's.
RUN cd node_modules/onnxruntime-node/bin/napi-v6 \
  && find . -mindepth 2 -maxdepth 2 -type d ! -path "./linux/$(node -p process.arch)" -exec rm -rf {} +

FROM node:${NODE} AS runtime
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY models/README.md models/catalogue.yaml models/spotter-det.onnx models/spotter-embed.onnx models/spotter-landmarks.onnx models/
COPY assets/demo/clip.mp4 assets/demo/grace-hopper.jpg assets/demo/
COPY assets/demo/gallery assets/demo/gallery
COPY assets/trial assets/trial
COPY config.yaml ./
# So that `docker exec CONTAINER spotter gallery check` works.
RUN chmod +x dist/src/main.js && ln -s /app/dist/src/main.js /usr/local/bin/spotter \
  && mkdir /spotter && chown node:node /spotter
# The home: config.yaml, gallery and data.
WORKDIR /spotter
ENV SPOTTER_HOME=/spotter
VOLUME /spotter
USER node
EXPOSE 8480
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "const get = (scheme) => require(scheme).get(scheme + '://127.0.0.1:8480/healthz', { rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)); get('http').on('error', () => get('https').on('error', () => process.exit(1)))"]
# tini is process 1. It collects the decoders of an engine that died, which Node does not, and passes SIGTERM on: the daemon
# finishes its frames and exits with 0.
ENTRYPOINT ["tini", "--", "spotter"]
# Inside the container it listens on every address, always on this port. Who can reach it is up to the ports that you publish: before you
# publish it to others, add a user (docs/access.md).
CMD ["run", "--host", "0.0.0.0", "--port", "8480", "--trust-network"]

FROM runtime AS vaapi
USER root
# Drivers for Intel exist for amd64 only; Mesa has those for AMD.
RUN apt-get update \
  && intel="$([ "$(dpkg --print-architecture)" = amd64 ] && echo intel-media-va-driver i965-va-driver || true)" \
  && apt-get install -y --no-install-recommends mesa-va-drivers vainfo $intel \
  && rm -rf /var/lib/apt/lists/*
USER node

# onnxruntime's library for CUDA, from nuget.org, by onnxruntime-node's own script. For linux/amd64 only.
FROM build AS cuda-provider
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js

FROM runtime AS cuda
USER root
# From NVIDIA's repository: what the library is linked with. The driver comes from the host (docker run --gpus all).
ADD https://developer.download.nvidia.com/compute/cuda/repos/debian12/x86_64/cuda-keyring_1.1-1_all.deb /tmp/keyring.deb
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates /tmp/keyring.deb \
  && apt-get update \
  && apt-get install -y --no-install-recommends \
    cuda-cudart-12-6 libcublas-12-6 libcufft-12-6 libcurand-12-6 cuda-nvrtc-12-6 libcudnn9-cuda-12 \
  && rm -rf /var/lib/apt/lists/* /tmp/keyring.deb
COPY --from=cuda-provider /app/node_modules/onnxruntime-node /app/node_modules/onnxruntime-node
ENV LD_LIBRARY_PATH=/usr/local/cuda-12.6/lib64 \
  NVIDIA_VISIBLE_DEVICES=all \
  NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER node

# The last stage is what a build without --target gives.
FROM runtime
