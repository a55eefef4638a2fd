import type { PersonSettings } from '../gallery/person.js';
import type { EngineLoad, GalleryReport } from '../ipc/protocol.js';

const IDLE: EngineLoad = { utilization: 0, residentBytes: 0, cpuSeconds: 0 };
const NO_GALLERY: GalleryReport = {
  people: 0,
  names: [],
  used: 0,
  unusable: [],
  settings: {},
  faults: [],
  expired: [],
  away: null,
  seconds: 0,
};

/** What the last engine has reported of itself. */
export class EngineStatus {
  /** Why it cannot work; null while it can. */
  unreadyReason: string | null = 'starting';
  load: EngineLoad = IDLE;
  /** Its version; empty until the first engine is ready. */
  onnxruntime = '';
  gallery: GalleryReport = NO_GALLERY;

  /** What is known of people's settings, for the next engine; null while no gallery has been read. */
  get known(): Record<string, PersonSettings> | null {
    return this.gallery === NO_GALLERY ? null : this.gallery.settings;
  }

  /** The engine is gone or goes, and another one takes its place. */
  interrupt(): void {
    this.unreadyReason = 'the engine is being replaced';
    this.load = IDLE;
  }

  /** A person is forgotten: the next engine is not given their settings. */
  forgetPerson(person: string): void {
    const { [person]: _, ...settings } = this.gallery.settings;
    this.gallery = { ...this.gallery, settings };
  }

  /** Another gallery is configured: the next engine must find it. */
  forgetGallery(): void {
    this.gallery = NO_GALLERY;
  }
}
