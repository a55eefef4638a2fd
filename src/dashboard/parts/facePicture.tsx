import { useEffect, useState } from 'preact/hooks';
import type { SpotterEvent } from '../api/model.js';
import { isInMemory } from '../state/facesInMemory.js';

/** How long a row is in sight before its picture is asked for, ms: not while somebody scrolls past. */
const PASSING_MS = 150;

interface FacePictureProps {
  event: SpotterEvent;
  name: string | null;
  /** Whether there was a look at it yet; default true. */
  hasLook?: boolean;
  /** Whether it is in a list that is scrolled fast. */
  isPassing?: boolean;
}

/** The face of an event: what is stored, else what is in memory, else the first letter of its name. */
export function FacePicture({ event, name, hasLook = true, isPassing = false }: FacePictureProps) {
  const { track, snapshot, seq } = event;
  const sources = [
    ...(snapshot === null ? [] : [`/api/v1/events/${seq}/face.jpg`]),
    ...(track === null || !hasLook || !isInMemory(track, seq)
      ? []
      : [`/api/v1/faces/${encodeURIComponent(track)}/face.jpg`]),
  ];
  return <Picture sources={sources} letter={letterOf(name)} isPassing={isPassing} />;
}

interface PictureProps {
  sources: readonly string[];
  letter: string;
  isPassing?: boolean;
}

/** The first of some pictures that there is. They show what the text beside them says, so that they have no text of their own. */
export function Picture({ sources, letter, isPassing = false }: PictureProps) {
  const key = sources.join();
  // What was tried belongs to the pictures it was tried for: another row starts from the first.
  const [tried, setTried] = useState({ key: isPassing ? '' : key, failed: 0 });
  useEffect(() => {
    if (tried.key === key) return;
    const timer = setTimeout(() => setTried({ key, failed: 0 }), isPassing ? PASSING_MS : 0);
    return () => clearTimeout(timer);
  }, [tried.key, key, isPassing]);
  const source = tried.key === key ? sources[tried.failed] : undefined;
  if (source === undefined)
    return (
      <span class="face letter" aria-hidden="true">
        {letter}
      </span>
    );
  const next = () => setTried({ key, failed: tried.failed + 1 });
  return <img class="face" src={source} alt="" loading="lazy" decoding="async" onError={next} />;
}

export function letterOf(name: string | null): string {
  return name === null ? '?' : ([...name][0] ?? '?').toUpperCase();
}
