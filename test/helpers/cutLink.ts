import { joinSides, proxyTo } from './proxy.js';

export interface CutLink {
  /** nats://127.0.0.1:PORT */
  url: string;
  /** Ends every connection, and refuses new ones. */
  cut: () => void;
  mend: () => void;
}

/** A way to a server that can be cut, for one node alone. Ends with the test. */
export async function cutLink(server: { url: string }): Promise<CutLink> {
  let isCut = false;
  const { port, end } = await proxyTo(Number(new URL(server.url).port), joinSides, () => !isCut);
  return {
    url: `nats://127.0.0.1:${port}`,
    cut: () => {
      isCut = true;
      end();
    },
    mend: () => {
      isCut = false;
    },
  };
}
