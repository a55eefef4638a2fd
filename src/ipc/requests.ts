import type { ErrorData } from '../core/errors.js';
import type { RoundBox, Size } from '../core/geometry.js';
import type { Quality } from '../face/quality.js';
import type { AuditFinding, AuditNote } from '../gallery/audit.js';
import type { PhotoFault, PhotoResult } from '../gallery/enrol.js';
import type { Explanation } from '../track/explain.js';
import type { VerdictKind } from '../track/verdict.js';

/** A face in a picture that was sent to be recognised. Positions are px of the upright picture. */
export interface RecognizedFace {
  box: RoundBox;
  /** The detector's confidence, 0..1. */
  score: number;
  landmarks: [x: number, y: number][];
  quality: Quality;
  verdict: VerdictKind;
  /** Set when the verdict is `known`. */
  person: string | null;
  /** Cosine to the nearest person, whoever it is; null where the face cannot be judged, or nobody is known. */
  similarity: number | null;
  threshold: number | null;
  margin: number | null;
  runnerUp: string | null;
  /** On `ambiguous`: the people it could be, nearest first. */
  candidates: string[] | null;
  /** Odds that the name is wrong, 0..1; null without a name, or where a fixed threshold decides. */
  odds: number | null;
  reason: string;
  explain: Explanation;
}

/** A picture that was recognised: its upright size in px, and its faces, best score first. */
export interface Recognition extends Size {
  faces: RecognizedFace[];
}

/** The result that a photo would have in the gallery. */
export type Examined =
  | {
      state: 'used';
      /** What is unusual about the photo, one sentence; null for most. */
      note: string | null;
      /** What a check of the gallery would find about it, one sentence each, without its subject. */
      warnings: string[];
    }
  | { state: 'unusable'; fault: PhotoFault; message: string };

/** What a check of the gallery finds. */
export interface AuditReport {
  /** Unix time. */
  checkedAtMs: number;
  findings: AuditFinding[];
  notes: AuditNote[];
}

/** The result of a photo, for other nodes of a cluster. */
export interface SharedResult {
  /** Of the photo. */
  sha256: string;
  /** Identifies everything else that the result depends on, such as the models. */
  key: string;
  result: PhotoResult;
}

/** What the supervisor may ask the engine for. The first member is asked, the second one is the answer. */
export interface RequestKinds {
  /** The faces of a picture, and who they are. Nothing of it is kept. */
  recognize: { asked: { picture: Uint8Array }; answer: Recognition };
  /** Whether a photo would be used as one of a person. */
  examine: { asked: { picture: Uint8Array; person: string }; answer: Examined };
  /** A photo as JPEG of at most `side` px a side. `file` is an absolute path. */
  thumbnail: { asked: { file: string; side: number }; answer: Uint8Array };
  /** A check of the gallery. */
  audit: { asked: object; answer: AuditReport };
  /** What is known of some photos, by SHA-256; only in a cluster. */
  results: { asked: { sha256: string[] }; answer: SharedResult[] };
  /** A track is not that person, whatever its looks show. `isLive`: the track is in view. */
  deny: { asked: { camera: string; track: string; person: string }; answer: { isLive: boolean } };
}

/** One of {@link RequestKinds}. */
export type RequestKind = keyof RequestKinds;

/** What is asked, by kind. */
export type Asked<K extends RequestKind> = RequestKinds[K]['asked'];

/** What is answered, by kind. */
export type Answer<K extends RequestKind> = RequestKinds[K]['answer'];

/** A request as it crosses: its kind, and what is asked. */
export type EngineRequest = { [K in RequestKind]: { what: K } & Asked<K> }[RequestKind];

/** The answer to a request, or the error with which it failed. */
export type RequestOutcome = { ok: true; answer: Answer<RequestKind> } | { ok: false; error: ErrorData };
