import type { PersonSettings } from '../gallery/person.js';
import type { EngineLoad, GalleryReport, PlacementReport } from '../ipc/protocol.js';

const IDLE: EngineLoad = { utilization: 0, residentBytes: 0, cpuSeconds: 0 };
/** The gallery until an engine has reported one. */
export const NO_GALLERY: GalleryReport = {
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

/** The last status reported by an engine. */
export class EngineStatus {
  /** Why it is not ready; null while it is. */
  unreadyReason: string | null = 'starting';
  load: EngineLoad = IDLE;
  /** Version of onnxruntime; empty until the first engine is ready. */
  onnxruntime = '';
  /** What runs each network of the last engine that was ready. */
  placements: readonly PlacementReport[] = [];
  gallery: GalleryReport = NO_GALLERY;

  /** Settings of people by name, for the next engine; null while no gallery has been read. */
  get known(): Record<string, PersonSettings> | null {
    return this.gallery === NO_GALLERY ? null : this.gallery.settings;
  }

  /** The engine has ended or is ending, and is being replaced. */
  interrupt(): void {
    this.unreadyReason = 'the engine is being replaced';
    this.load = IDLE;
  }

  /** Drops a person's settings, so that the next engine does not get them. */
  forgetPerson(person: string): void {
    const { [person]: _, ...settings } = this.gallery.settings;
    this.gallery = { ...this.gallery, settings };
  }

  /** Another gallery is configured: the next engine fails if it cannot read it. */
  forgetGallery(): void {
    this.gallery = NO_GALLERY;
  }
}
