import { z } from 'zod';
import { canTellApart } from '../face/odds.js';

/** Safe in a file name and a URL. */
const modelId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{0,39}$/,
    'must be 1 to 40 of a-z, 0-9, dot and hyphen, and start with a letter or digit',
  )
  .describe('Name of the model, as in --detector and --embedder.');

const channel = z.number().min(-1000).max(1000);
const channels = z.tuple([channel, channel, channel]);

const input = {
  colour: z.enum(['rgb', 'bgr']).default('rgb').describe('Channel order of the input.'),
  mean: channels.describe('Subtracted from R, G and B (0..255) before the division by std.'),
  std: z
    .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
    .describe('Divisor of R, G and B after subtracting mean.'),
};

const detector = {
  score: z.number().min(0).max(1).default(0.5).describe('Lowest detection score of a face, 0..1.'),
  weakScore: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Lowest detection score that continues a track, 0..1, at most `score`; default: `score`.'),
  reach: z
    .tuple([z.number().min(1).max(4096), z.number().min(1).max(4096)])
    .refine(
      ([smallest, largest]) => smallest * 4 <= largest,
      'the largest must be at least 4 times the smallest',
    )
    .default([24, 320])
    .describe(
      'Smallest and largest face, in px of the input, whose box and landmarks are good; see `spotter bench reach`.',
    ),
  landmarks: z
    .enum(['network', 'detector'])
    .default('network')
    .describe(
      'What finds the landmarks of a face once more: the landmark network, or the detector itself; see `spotter bench conditions`.',
    ),
};

const medianAndDeviation = z.tuple([z.number().min(-1).max(1), z.number().min(0.01).max(1)]);

const coefficient = z.number().min(-1000).max(1000);

const curves = z
  .strictObject({
    different: z
      .tuple([coefficient, coefficient, coefficient.negative()])
      .refine(
        canTellApart,
        'must be above one in 1,000 at a similarity of 0.1, below it at 1, and fall from 0.5 on; copy it from `spotter bench curves`',
      )
      .describe(
        'How rarely two different people are at least as similar as s: ln of the share is a + b s + c s².',
      ),
    shift: z
      .number()
      .min(0)
      .max(0.2)
      .describe("Standard deviation of what one face's similarities to everybody have in common, 0..0.2."),
    distinctFrom: z
      .number()
      .min(0)
      .max(10)
      .default(0.085)
      .describe(
        'Sharpness below which faces of different people become alike, 0..10; see `spotter bench conditions`.',
      ),
    same: z
      .strictObject({ frontal: medianAndDeviation, turned: medianAndDeviation, poor: medianAndDeviation })
      .describe('Similarity of a look to a photo of the same person: median and deviation, by kind of look.'),
  })
  .optional()
  .describe('How similar faces are to this embedder, as `spotter bench curves` prints it.');

const embedder = {
  embedding: z.int().min(64).max(1024).describe('Values per embedding, 64..1024.'),
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .describe('Cosine similarity from which two faces are the same person, -1..1.'),
  margin: z
    .number()
    .min(0)
    .max(2)
    .default(0.05)
    .describe('Required lead of the nearest person over the next, 0..2.'),
  photoSharpness: z
    .number()
    .min(0)
    .max(10)
    .default(0.08)
    .describe('Lowest sharpness of a gallery photo, 0..10: blurred faces resemble each other.'),
  curves,
};

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case');

const fileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, 'must be a plain file name');
const httpsUrl = z.url({ protocol: /^https$/ });

const cataloguedFile = z
  .strictObject({
    file: fileName,
    bytes: z.int().positive().nullable(),
    sha256,
    url: httpsUrl.nullable(),
    why: z.string().min(1).optional(),
  })
  .refine(
    ({ bytes, url, why }) => (bytes === null || url === null) === (why !== undefined),
    'needs "why" where bytes or url is null, and only there',
  );

const catalogued = {
  id: modelId,
  about: z.string(),
  licence: z.string().min(1),
  nonCommercial: z.boolean().default(false),
  included: z.boolean().default(false),
  files: z.array(cataloguedFile).min(1),
  measured: z.string().optional(),
  cost: z.number().positive().optional(),
  ...input,
};

/** Whether faces that only continue a track may score lower than others, and not higher. */
const isWeaker = ({ score, weakScore }: { score: number; weakScore?: number | undefined }) =>
  (weakScore ?? score) <= score;
const notWeaker = {
  path: ['weakScore'],
  error: ({ input }: { input?: unknown }) => {
    const { score, weakScore } = input as { score: number; weakScore: number };
    return `is ${weakScore}, above score, which is ${score}; lower it, or raise score`;
  },
};

/** One entry of models/catalogue.yaml. */
export const catalogueEntry = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.enum(['scrfd', 'yunet']), ...catalogued, ...detector })
    .refine(isWeaker, notWeaker),
  z.strictObject({ kind: z.literal('arcface'), ...catalogued, ...embedder }),
]);

const declared = {
  id: modelId,
  file: z.string().min(1).describe('The ONNX file, relative to the configuration file.'),
  sha256: sha256.optional().describe('SHA-256 of the file; verified before loading, if given.'),
  data: z
    .array(
      z.strictObject({
        file: z.string().min(1).describe('Path, relative to the folder of the ONNX file, and inside it.'),
        sha256: sha256.describe('SHA-256 of the file; verified before loading.'),
      }),
    )
    .default([])
    .describe('Every other file that holds weights of the model (external data).'),
  trial: z
    .boolean()
    .default(true)
    .describe(
      'Try the model on two portraits at the start; false for a model of other pictures, such as of infrared cameras.',
    ),
  ...input,
};

/** A model that is not in the catalogue, declared in the configuration. */
export const declaredModel = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.enum(['scrfd', 'yunet']).describe('How its outputs are decoded.'),
      ...declared,
      ...detector,
    })
    .refine(isWeaker, notWeaker),
  z.strictObject({
    kind: z.literal('arcface').describe('Any model from an aligned 112x112 face to one vector.'),
    ...declared,
    ...embedder,
  }),
]);

/** The network that makes the landmarks of a detector better. */
export const landmarkEntry = z.strictObject({
  id: modelId,
  licence: z.string().min(1),
  files: z.array(cataloguedFile).length(1),
  ...input,
});

/** A detector and an embedder that are used together. */
export const pack = z.strictObject({ detector: modelId, embedder: modelId });

/** How well a pair names people, measured by `bench accuracy`. */
export const measuredPair = pack.extend({
  /** Known people named right in a gallery of 100, percent. */
  named: z.number().min(0).max(100),
});

/** A zip archive with files of models. */
export const archive = z.strictObject({
  file: fileName,
  url: httpsUrl,
  /** The only members that are ever read. */
  members: z.array(fileName).min(1),
});

/** A pack of the catalogue. */
export type Pack = z.infer<typeof pack>;
/** A measured pair of the catalogue. */
export type MeasuredPair = z.infer<typeof measuredPair>;
/** An archive of the catalogue. */
export type Archive = z.infer<typeof archive>;
/** A model of the catalogue. */
export type CatalogueEntry = z.infer<typeof catalogueEntry>;
/** The landmark network. */
export type LandmarkEntry = z.infer<typeof landmarkEntry>;
/** A model declared in the configuration. */
export type DeclaredModel = z.infer<typeof declaredModel>;

/** A model from the catalogue or the configuration. */
export type ModelEntry = CatalogueEntry | DeclaredModel;
/** Whatever is loaded from files that are found and verified. */
export type InstallableEntry = ModelEntry | LandmarkEntry;
/** A face detector. */
export type DetectorEntry = Exclude<ModelEntry, { kind: 'arcface' }>;
/** A face embedder. */
export type EmbedderEntry = Extract<ModelEntry, { kind: 'arcface' }>;
