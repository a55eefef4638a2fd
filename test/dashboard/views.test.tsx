import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { feed, offlineSince } from '../../src/dashboard/state/feedConnection.js';
import { EMPTY_FEED } from '../../src/dashboard/state/feedState.js';
import { cameras, people } from '../../src/dashboard/state/household.js';
import { chosen } from '../../src/dashboard/state/naming.js';
import { session } from '../../src/dashboard/state/ownSession.js';
import { toasts } from '../../src/dashboard/state/toasts.js';
import { CamerasView } from '../../src/dashboard/views/camerasView.js';
import { CameraTable } from '../../src/dashboard/views/cameraTable.js';
import { CameraTile } from '../../src/dashboard/views/cameraTile.js';
import { CheckTable } from '../../src/dashboard/views/checkTable.js';
import { HealthCharts } from '../../src/dashboard/views/healthCharts.js';
import { PeopleView } from '../../src/dashboard/views/peopleView.js';
import { Shell } from '../../src/dashboard/views/shell.js';
import { SightingFeed } from '../../src/dashboard/views/sightingFeed.js';
import { SignInView } from '../../src/dashboard/views/signInView.js';
import { answerWith, signedIn } from './daemonStub.js';
import { cameraOnPage, eventOnPage, personOnPage } from './samples.js';

beforeEach(() => {
  signedIn();
  answerWith({});
});

afterEach(() => {
  cleanup();
  feed.value = EMPTY_FEED;
  offlineSince.value = null;
  cameras.value = null;
  people.value = null;
  chosen.value = null;
  toasts.value = [];
});

// Charts load it when they are shown; on a busy machine that takes longer than the tests, and must not end after the document has.
afterAll(async () => {
  await import('../../src/dashboard/parts/plot.js');
});

describe('empty views', () => {
  it('show the lines of a first camera', () => {
    cameras.value = [];
    render(<CamerasView />);
    expect(screen.getByText(/- id: front-door/)).toBeTruthy();
  });

  it('ask for the first photos', async () => {
    answerWith({ 'GET /people': { people: [] }, 'GET /gallery/findings': { findings: [] } });
    people.value = [];
    render(<PeopleView />);
    expect(await screen.findByText('Nobody in the gallery')).toBeTruthy();
    expect(screen.getByText(/Drop photos of somebody new/)).toBeTruthy();
  });
});

describe('PeopleView', () => {
  it('adds photos that are dropped on somebody, and says what became of each', async () => {
    people.value = [personOnPage('alice')];
    const sent = answerWith({
      'POST /people/alice/photos': { file: 'a.jpg', state: 'used', message: null, warnings: [] },
      'GET /people': { people: people.value },
      'GET /gallery/findings': { findings: [] },
    });
    render(<PeopleView />);
    const card = (await screen.findByText('alice')).closest('li') as HTMLElement;
    const file = new File(['picture'], 'a.jpg', { type: 'image/jpeg' });
    fireEvent.drop(card, { dataTransfer: { files: [file] } });
    expect(await screen.findByText('a.jpg: added')).toBeTruthy();
    expect(sent).toContainEqual({ route: 'POST /people/alice/photos', body: 'picture' });
  });
});

describe('Live, while it is loaded', () => {
  it('says so, and not that there is nothing', async () => {
    const { container } = render(
      <Shell>
        <CamerasView />
      </Shell>,
    );
    expect(screen.getAllByText('Loading…')).toHaveLength(2);
    expect(screen.getByText('Connecting…')).toBeTruthy();
    feed.value = { ...EMPTY_FEED, epoch: 'e1' };
    cameras.value = [cameraOnPage];
    expect(await screen.findByText(/^Nothing has happened yet/)).toBeTruthy();
    expect(container.textContent).not.toContain('Loading…');
  });
});

describe('SightingFeed', () => {
  it('shows a face once, with its newest name, and where events are missing', () => {
    feed.value = {
      ...EMPTY_FEED,
      gap: 'expired',
      events: [
        eventOnPage(3, { kind: 'match', person: 'alice', displayName: 'Alice Adams' }),
        eventOnPage(2, { kind: 'unknown' }),
        eventOnPage(1, { kind: 'appeared' }),
      ],
    };
    render(<SightingFeed />);
    expect(screen.getAllByText('Alice Adams')).toHaveLength(1);
    expect(screen.queryByText('Unknown person')).toBeNull();
    expect(screen.getByText('Not Alice Adams')).toBeTruthy();
    expect(screen.getByText(/no longer kept/)).toBeTruthy();
  });

  it('lets several unknown faces be chosen', async () => {
    feed.value = {
      ...EMPTY_FEED,
      events: [eventOnPage(1, { kind: 'unknown' }), eventOnPage(2, { kind: 'unknown', track: 'door-2' })],
    };
    render(<SightingFeed />);
    fireEvent.click(screen.getByText('Choose several'));
    for (const box of await screen.findAllByRole('checkbox')) fireEvent.click(box);
    expect(await screen.findByText('2 faces chosen')).toBeTruthy();
  });

  it('offers no choice to who may not name faces', async () => {
    signedIn(['events:read', 'people:read']);
    feed.value = { ...EMPTY_FEED, events: [eventOnPage(1, { kind: 'unknown' })] };
    chosen.value = new Map();
    render(<SightingFeed />);
    expect(screen.getByText('Unknown person')).toBeTruthy();
    expect(screen.queryByText('0 faces chosen')).toBeNull();
    expect(screen.queryByText('Choose several')).toBeNull();
    expect(screen.queryAllByRole('checkbox')).toEqual([]);
  });
});

describe('Shell', () => {
  it('says when it is offline and since when, and shows only the views that somebody may see', async () => {
    signedIn(['events:read', 'cameras:read', 'people:read']);
    render(<Shell>content</Shell>);
    expect(screen.queryByText('Health')).toBeNull();
    offlineSince.value = Date.UTC(2026, 10, 27, 10);
    expect(await screen.findByText(/^Offline since /)).toBeTruthy();
    offlineSince.value = null;
    await waitFor(() => expect(screen.queryByText(/^Offline since /)).toBeNull());
  });
});

describe('SignInView', () => {
  it('asks for no password where none helps, and says what does', () => {
    session.value = { signIn: 'none', caller: null };
    render(<SignInView />);
    expect(screen.queryByLabelText('Password')).toBeNull();
    expect(screen.getByText(/auth\.proxy\.addresses/)).toBeTruthy();
  });

  it('signs in, and says why it did not', async () => {
    session.value = { signIn: 'password', caller: null };
    const sent = answerWith({ 'POST /session': 401 });
    render(<SignInView />);
    fireEvent.input(screen.getByLabelText('Name'), { target: { value: 'ann' } });
    fireEvent.input(screen.getByLabelText('Password'), { target: { value: 'wrong' } });
    fireEvent.submit(screen.getByLabelText('Name').closest('form') as HTMLFormElement);
    expect(await screen.findByText('refused by the far end')).toBeTruthy();
    expect(sent[0].body).toBe('{"name":"ann","password":"wrong"}');
  });
});

describe('CameraTable', () => {
  const rows = () =>
    screen.getAllByRole('row').map((row) => [...row.children].map((cell) => cell.textContent));
  const numbers = { fps: 9.8, processed: 10, dropped: 1, restarts: 0 };
  const door = {
    ...{ id: 'door', state: 'live' as const, message: null, node: null },
    ...numbers,
    frameAgeMs: 40,
  };

  it('has the node of each camera in a cluster, and no numbers that this node does not have', () => {
    const none = { fps: null, processed: null, dropped: null, restarts: null };
    render(
      <CameraTable
        cameras={[
          { ...door, node: 'hallway' },
          { ...door, ...none, node: 'attic' },
        ]}
      />,
    );
    const [, first, second] = rows();
    expect(first.slice(2)).toEqual(['hallway', '9.8', expect.any(String), '10', '1', '0']);
    expect(second.slice(1)).toEqual([' Live', 'attic', '–', first[4], '–', '–', '–']);
  });

  it('says nothing of nodes without a cluster', () => {
    render(<CameraTable cameras={[door]} />);
    expect(rows()[1]).toHaveLength(7);
  });
});

describe('HealthCharts', () => {
  it('show no camera of which this node has no numbers', () => {
    const numbers = (value: number | null) => {
      const values = [value, value];
      return { fps: values, dropped: values, latencyP50Ms: values, latencyP95Ms: values };
    };
    render(
      <HealthCharts
        history={{
          ...{
            everySeconds: 10,
            at: [1000, 11_000],
            stagesMs: {
              queue: [1, 1],
              detect: [1, 1],
              track: [1, 1],
              align: [1, 1],
              embed: [1, 1],
              match: [1, 1],
              total: [1, 1],
            },
            restarts: [0, 0],
          },
          cameras: { door: numbers(5), yard: numbers(null) },
        }}
      />,
    );
    expect(screen.getAllByRole('columnheader', { name: 'door', hidden: true }).length).toBeGreaterThan(0);
    expect(screen.queryAllByRole('columnheader', { name: 'yard', hidden: true })).toEqual([]);
  });
});

describe('CameraTile', () => {
  it('says which node watches the camera', () => {
    const none = () => {};
    const tile = (node: string | null) => (
      <CameraTile
        camera={{ ...cameraOnPage, node }}
        isActive={false}
        isMoving={false}
        onToggle={none}
        onEnlarge={none}
      />
    );
    const { rerender } = render(tile('back'));
    expect(screen.getByText(/ · back$/)).toBeTruthy();
    rerender(tile(null));
    expect(screen.queryByText(/ · back$/)).toBeNull();
  });
});

describe('CheckTable', () => {
  it('shows every number behind a verdict in plain words', () => {
    const check = { name: 'margin', value: 0.01, limit: 0.05, passed: false, text: 'margin 0.01 < 0.05' };
    const explain = { checks: [check], looks: 8, usable: 7 };
    render(<CheckTable event={eventOnPage(1, { explain })} />);
    expect(screen.getByText('Lead')).toBeTruthy();
    expect(screen.getByText('needs ≥ 0.05')).toBeTruthy();
    expect(screen.getByText(/8 looks at this face, 7 of them/)).toBeTruthy();
  });
});
