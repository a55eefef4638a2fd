/** What `spotter init` writes into config.yaml: the defaults, with what most people change. */
export const STARTER_CONFIG = `# Configuration of spotter. This is the part that most people change; "spotter config show" prints every key with its
# value, and docs/configuration.md explains them. "spotter config check" reports every mistake with line and column.
# \${NAME} is replaced by the environment variable NAME. Paths are relative to this file.

# Cameras, up to 64. "spotter camera add ADDRESS" tries an address and writes it here. An entry looks like this:
#   - id: front-door
#     url: rtsp://user:\${DOOR_PASSWORD}@192.168.1.20/stream1
cameras: []

# Folder of the known people: <person>/*.jpg or <person>.jpg. Photos take effect while spotter runs.
gallery: gallery

# Folder for the event log, the cache of photo embeddings and snapshots. Readable by the owner only.
data: data

# What runs the models: cpu, auto (a graphics card if one works and is quicker than the processor), or cuda, tensorrt, directml,
# coreml or webgpu; see docs/gpu.md. "spotter setup" chooses the models, and "spotter doctor" says what runs them.
compute:
  provider: cpu

# WebSocket, health, metrics and API.
http:
  # Address to listen on. Before you open it to your network, add a user ("spotter user add NAME --role admin"); see
  # docs/access.md.
  host: 127.0.0.1
  port: 8480

# Pictures of who was seen, under data/snapshots. Off by default.
snapshots:
  enabled: false
  # Hours for which they are kept.
  keepHours: 72

# Which events have "notify": true.
notify:
  kinds: [match, unknown, ambiguous]
  # Cooldown after a notification, per person and camera, in ms.
  cooldownMs: 300000

# Programs that receive events by HTTP POST, such as chat services; see docs/sinks.md.
webhooks: []

# MQTT, for home automation, such as mqtt://user:\${MQTT_PASSWORD}@192.168.1.10:1883; null: none.
mqtt:
  url: null
`;

/** What `spotter init` writes into .gitignore. */
export const STARTER_GITIGNORE = `# Photos of people, events and pictures are private.
/gallery/
/data/
`;
