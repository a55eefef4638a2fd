/** The metrics of one node; null when it did not answer. */
export interface NodeExposition {
  node: string;
  text: string | null;
}

interface Family {
  /** HELP and TYPE, as the first node has them. */
  head: Map<string, string>;
  samples: string[];
}

const SCRAPED = 'spotter_cluster_scrape_up';
const COMMENT = /^# (HELP|TYPE) (\S+)/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?( .*)$/;
/** What Prometheus does with a label of its own name: the build info has the version of Node.js in it. */
const EXPORTED = 'exported_node';

/**
 * Joins the metrics of several nodes, in the text format of Prometheus: each series gets the label `node`, and each family is there once,
 * with one HELP and TYPE. A series says which nodes are missing.
 */
export function mergeExpositions(nodes: readonly NodeExposition[]): string {
  const families = new Map<string, Family>();
  for (const { node, text } of nodes) if (text !== null) addNode(families, node, text);
  const scraped = nodes.map(({ node, text }) => `${SCRAPED}{node="${node}"} ${text === null ? 0 : 1}`);
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head.values(), ...samples]);
  return `${[
    ...lines,
    `# HELP ${SCRAPED} 1 for a node whose metrics are here, 0 for one that has not answered.`,
    `# TYPE ${SCRAPED} gauge`,
    ...scraped,
  ].join('\n')}\n`;
}

/** Samples follow the HELP and TYPE of their family. */
function addNode(families: Map<string, Family>, node: string, text: string): void {
  let family: Family = { head: new Map(), samples: [] };
  for (const line of text.split('\n')) {
    const [, kind, name] = COMMENT.exec(line) ?? [];
    if (name !== undefined) {
      family = families.get(name) ?? { head: new Map(), samples: [] };
      families.set(name, family);
      if (!family.head.has(kind)) family.head.set(kind, line);
    } else if (!line.startsWith('#')) {
      const [, sample, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (sample !== undefined) family.samples.push(`${sample}{${labelled(node, labels)}}${value}`);
    }
  }
}

function labelled(node: string, labels: string): string {
  const own = labels.replace(/(^|,)node="/, `$1${EXPORTED}="`);
  return `node="${node}"${own === '' ? '' : `,${own}`}`;
}
