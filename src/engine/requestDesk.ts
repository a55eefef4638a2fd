import { SpotterError, toErrorData } from '../core/errors.js';
import { thumbnailOf } from '../gallery/photo.js';
import { usePhotoFile } from '../gallery/photoFile.js';
import type { FromEngine } from '../ipc/protocol.js';
import type { Answer, EngineRequest, RequestKind } from '../ipc/requests.js';
import type { CameraManager } from './cameraManager.js';
import type { Engine } from './engine.js';
import { GalleryAudit } from './galleryAudit.js';
import { examinePhoto } from './photoExamination.js';
import { recognize } from './pictureRecognition.js';

/** What requests are answered with. */
export interface RequestDeskOptions {
  engine: Engine;
  cameras: Pick<CameraManager, 'deny'>;
  send: (message: FromEngine) => void;
}

/** Answers what the supervisor asks. */
export class RequestDesk {
  readonly #options: RequestDeskOptions;
  readonly #audit: GalleryAudit;

  constructor(options: RequestDeskOptions) {
    this.#options = options;
    const { gallery, policy } = options.engine;
    this.#audit = new GalleryAudit(gallery, policy.threshold);
  }

  /** Answers a request; never rejects. */
  async receive(id: number, request: EngineRequest): Promise<void> {
    const { send } = this.#options;
    try {
      send({ kind: 'answer', id, outcome: { ok: true, answer: await this.#answer(request) } });
    } catch (error) {
      send({ kind: 'answer', id, outcome: { ok: false, error: toErrorData(error) } });
    }
  }

  async #answer(request: EngineRequest): Promise<Answer<RequestKind>> {
    const { engine, cameras } = this.#options;
    switch (request.what) {
      case 'recognize':
        return recognize(request.picture, engine.recogniser);
      case 'examine':
        return examinePhoto(engine.gallery, request.picture, request.person, engine.policy.threshold);
      case 'thumbnail':
        return this.#thumbnail(request.file, request.side);
      case 'audit':
        return this.#audit.report();
      case 'results': {
        const { key } = engine.gallery.results;
        return engine.gallery.results.known(request.sha256).map((photo) => ({ ...photo, key }));
      }
      case 'deny':
        return { isLive: cameras.deny(request.camera, request.track, request.person) };
    }
  }

  /** @throws SpotterError photo.unreadable, photo.too_large */
  #thumbnail(file: string, side: number): Promise<Uint8Array> {
    const { maxMegapixels } = this.#options.engine.recogniser;
    return usePhotoFile<Uint8Array>(
      file,
      async (bytes) => (await thumbnailOf(bytes, 'it', maxMegapixels, side)).jpeg,
      ({ fault, message }) => {
        throw new SpotterError(
          fault === 'too_large' ? 'photo.too_large' : 'photo.unreadable',
          `it ${message}`,
        );
      },
    );
  }
}
