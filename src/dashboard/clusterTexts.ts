/** Every word about the cluster. */
export const clusterTexts = {
  title: (name: string) => `Cluster ${name}`,
  nats: (version: string, server: string) => `NATS ${version} at ${server}`,
  noNats: 'No connection to NATS',
  here: 'this node',
  sends: 'sends to webhooks and broker',
  node: 'Node',
  version: 'Version',
  cameras: 'Watches',
  since: (length: string) => `for ${length}`,
  upFor: 'Runs for',
  busy: 'Busy',
  toPublish: 'To publish',
  toRead: 'To read',
};
