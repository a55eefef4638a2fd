import type { Health } from '../api/model.js';
import { clusterTexts } from '../clusterTexts.js';
import { type Column, DataTable } from '../parts/dataTable.js';
import { Panel } from '../parts/panel.js';
import { cameraName } from '../state/household.js';
import { ageOf } from '../state/times.js';
import { texts } from '../texts.js';

const t = texts.health;
const NUMBERS = [t.fps, t.age, t.processed, t.dropped, t.restarts];

/** Every camera in numbers. */
export function CameraTable({ cameras }: { cameras: Health['cameras'] }) {
  const isCluster = cameras.some(({ node }) => node !== null);
  const columns: Column[] = [
    ...[t.camera, t.state, ...(isCluster ? [clusterTexts.node] : [])].map((title) => ({ title })),
    ...NUMBERS.map((title) => ({ title, isNumber: true })),
  ];
  const rows = cameras.map((camera) => {
    const { id, node, fps, frameAgeMs, processed, dropped, restarts } = camera;
    return {
      key: id,
      cells: [
        cameraName(id),
        <State key={id} camera={camera} />,
        ...(isCluster ? [node ?? '–'] : []),
        fps?.toFixed(1) ?? '–',
        frameAgeMs === null ? '–' : ageOf(frameAgeMs),
        processed?.toLocaleString() ?? '–',
        dropped?.toLocaleString() ?? '–',
        restarts ?? '–',
      ],
    };
  });
  return (
    <Panel title={t.cameras}>
      <DataTable columns={columns} rows={rows} />
    </Panel>
  );
}

function State({ camera: { state, message } }: { camera: Health['cameras'][number] }) {
  return (
    <>
      <span class={`dot is-${state}`} aria-hidden="true" /> {texts.states[state] ?? state}
      {message !== null && <small class="muted">{message}</small>}
    </>
  );
}
