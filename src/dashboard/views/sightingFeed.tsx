import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { feed, feedItems } from '../state/feedConnection.js';
import { cameraName, nameOf } from '../state/household.js';
import { asking, chosen } from '../state/naming.js';
import { may } from '../state/ownSession.js';
import type { FeedItem } from '../state/sightings.js';
import { texts } from '../texts.js';
import { FeedNoteRow } from './feedNoteRow.js';
import { SightingCard } from './sightingCard.js';

/** Most items drawn; the history has all. */
const MAX_SHOWN = 120;

/** Who was there, newest first. */
export function SightingFeed() {
  const items = feedItems.value;
  const { gap, epoch } = feed.value;
  return (
    <section class="feed" aria-label={texts.live.feed}>
      <header class="feed-head">
        <h2>{texts.live.feed}</h2>
        {may('people:write') && <ChooseBar />}
      </header>
      <Announcer items={items} />
      {gap !== null && <p class="notice">{texts.connection[gap]}</p>}
      {items.length === 0 && <p class="muted pad">{epoch === null ? texts.loading : texts.live.noEvents}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached with the keyboard */}
      <ol class="feed-list" tabIndex={0} aria-label={texts.live.feed}>
        {items
          .slice(0, MAX_SHOWN)
          .map((item) =>
            item.type === 'note' ? (
              <FeedNoteRow key={item.event.seq} event={item.event} />
            ) : (
              <SightingCard key={item.track} sighting={item} />
            ),
          )}
      </ol>
    </section>
  );
}

/** Starts to choose several faces, and asks for their name. */
function ChooseBar() {
  const faces = chosen.value;
  if (faces === null)
    return (
      <button
        type="button"
        class="quiet"
        onClick={() => {
          chosen.value = new Map();
        }}
      >
        {texts.live.choose}
      </button>
    );
  return (
    <span class="choose-bar">
      <span class="muted">{texts.live.chosen(faces.size)}</span>
      <button
        type="button"
        class="primary"
        disabled={faces.size === 0}
        onClick={() => {
          asking.value = [...faces.values()];
        }}
      >
        {texts.naming.who}
      </button>
      <button
        type="button"
        class="quiet square"
        aria-label={texts.cancel}
        onClick={() => {
          chosen.value = null;
        }}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

/** Says the newest name once: a reader that followed the whole list would never be silent. */
function Announcer({ items }: { items: readonly FeedItem[] }) {
  const newest = items.find((item) => item.type === 'sighting' && item.verdict !== null);
  const [first] = useState(newest?.firstSeq ?? 0);
  const [said, setSaid] = useState('');
  const sentence =
    newest?.type === 'sighting' && newest.firstSeq > first
      ? texts.live.announce(
          newest.event.person === null
            ? texts.verdicts[newest.verdict ?? 'open']
            : nameOf(newest.event.person),
          cameraName(newest.camera),
        )
      : '';
  useEffect(() => setSaid(sentence), [sentence]);
  return (
    <p class="unseen" aria-live="polite">
      {said}
    </p>
  );
}
