import { useEffect, useState } from 'preact/hooks';
import type { SpotterEvent } from '../api/model.js';

/** The face of an event: what is stored, else what is in memory, else the first letter of its name. */
export function FacePicture({ event, name }: { event: SpotterEvent; name: string | null }) {
  const { track, snapshot, seq } = event;
  const sources = [
    ...(snapshot === null ? [] : [`/api/v1/events/${seq}/face.jpg`]),
    ...(track === null ? [] : [`/api/v1/faces/${encodeURIComponent(track)}/face.jpg`]),
  ];
  return <Picture sources={sources} letter={letterOf(name)} />;
}

/** The first of some pictures that there is. They show what the text beside them says, so that they have no text of their own. */
export function Picture({ sources, letter }: { sources: readonly string[]; letter: string }) {
  const [failed, setFailed] = useState(0);
  const key = sources.join();
  useEffect(() => setFailed(0), [key]);
  const source = sources[failed];
  if (source === undefined)
    return (
      <span class="face letter" aria-hidden="true">
        {letter}
      </span>
    );
  return (
    <img
      class="face"
      src={source}
      alt=""
      loading="lazy"
      decoding="async"
      onError={() => setFailed(failed + 1)}
    />
  );
}

export function letterOf(name: string | null): string {
  return name === null ? '?' : ([...name][0] ?? '?').toUpperCase();
}
