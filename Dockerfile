# Build:                      docker build -t spotter .
# Play the demo clip:         docker run --rm -p 127.0.0.1:8480:8480 spotter
# Your cameras and people:    docker run --rm -p 127.0.0.1:8480:8480 -v ./config.yaml:/app/config.yaml:ro \
#                               -v ./gallery:/app/gallery:ro -v spotter-data:/app/data spotter
# Set http.host to 0.0.0.0 in your configuration; otherwise the port cannot be reached from outside the container.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY bench bench
RUN node_modules/.bin/tsc -p tsconfig.json && npm prune --omit=dev --no-audit --no-fund
# onnxruntime-node ships its libraries for every platform; keep only this one's.
RUN cd node_modules/onnxruntime-node/bin/napi-v6 \
  && find . -mindepth 2 -maxdepth 2 -type d ! -path "./linux/$(node -p process.arch)" -exec rm -rf {} +

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY models/README.md models/catalogue.yaml models/spotter-det.onnx models/spotter-embed.onnx models/
COPY assets/demo/clip.mp4 assets/demo/grace-hopper.jpg assets/demo/
COPY assets/demo/gallery assets/demo/gallery
COPY assets/trial assets/trial
COPY config.yaml ./
RUN sed -i 's/^  host: 127\.0\.0\.1$/  host: 0.0.0.0/' config.yaml \
  && mkdir data && chown node:node data
USER node
EXPOSE 8480
VOLUME /app/data
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8480/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# tini is process 1. It collects the decoders of an engine that died, which Node does not, and passes SIGTERM on: the daemon
# finishes its frames and exits with 0.
ENTRYPOINT ["tini", "--", "node", "dist/src/main.js"]
CMD ["run", "-c", "config.yaml"]
