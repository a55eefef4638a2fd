import type { Health } from '../api/model.js';
import { clusterTexts } from '../clusterTexts.js';
import { Panel } from '../parts/panel.js';
import { cameraName } from '../state/household.js';
import { ageOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = texts.health;

/** Every camera in numbers. */
export function CameraTable({ cameras }: { cameras: Health['cameras'] }) {
  const isCluster = cameras.some(({ node }) => node !== null);
  return (
    <Panel title={t.cameras}>
      <table>
        <thead>
          <tr>
            {[t.camera, t.state, ...(isCluster ? [clusterTexts.node] : [])].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            {[t.fps, t.age, t.processed, t.dropped, t.restarts].map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cameras.map(({ id, state, message, node, fps, frameAgeMs, processed, dropped, restarts }) => (
            <tr key={id}>
              <th scope="row">{cameraName(id)}</th>
              <td>
                <span class={`dot is-${state}`} aria-hidden="true" /> {texts.states[state] ?? state}
                {message !== null && <small class="muted">{message}</small>}
              </td>
              {isCluster && <td>{node ?? '–'}</td>}
              <td class="number">{fps?.toFixed(1) ?? '–'}</td>
              <td class="number">{frameAgeMs === null ? '–' : ageOf(frameAgeMs)}</td>
              <td class="number">{processed?.toLocaleString() ?? '–'}</td>
              <td class="number">{dropped?.toLocaleString() ?? '–'}</td>
              <td class="number">{restarts ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
