/** Files of a person: SHA-256 of the content by name, relative to the gallery, with forward slashes. */
export type FileHashes = ReadonlyMap<string, string>;

/** Three views of the files of one person. */
export interface MergeInput {
  /** In this node's folder. */
  local: FileHashes;
  /** In the record that all nodes share. */
  shared: FileHashes;
  /** What this node and the record last had in common. */
  base: FileHashes;
  /** Whether a file cannot be looked at now, so that nothing is said of it. */
  isUnknown: (name: string) => boolean;
}

/** What makes folder and record the same. */
export interface MergePlan {
  /** Files of the record to write into the folder, with what they contain. */
  write: { name: string; sha256: string }[];
  /** Files to remove from the folder. */
  remove: string[];
  /** Files of the folder to put into the record. */
  upload: string[];
  /** Files to take out of the record. */
  drop: string[];
  /** Files that were changed here and elsewhere: that of the folder gets another name first, that of the record its own. */
  conflicts: { name: string; to: string; sha256: string }[];
  /** Files that are the same in both, deleted ones without a hash: the new base, where nothing else has to be done. */
  agreed: { name: string; sha256: string | null }[];
}

/** A name that nobody reads as settings begins with this. */
const SETTINGS = /\.ya?ml$/i;
const HASH_DIGITS = 8;

/**
 * Compares three ways. What only one side has changed goes to the other; a change wins over a deletion; and of two changes both
 * are kept: the name belongs to the one that came into the record first.
 */
export function mergeFiles({ local, shared, base, isUnknown }: MergeInput): MergePlan {
  const plan: MergePlan = { write: [], remove: [], upload: [], drop: [], conflicts: [], agreed: [] };
  for (const name of new Set([...local.keys(), ...shared.keys(), ...base.keys()])) {
    if (isUnknown(name)) continue;
    const [here, there, before] = [local.get(name), shared.get(name), base.get(name)];
    if (here === there) plan.agreed.push({ name, sha256: here ?? null });
    else if (there !== undefined && (here === before || here === undefined)) {
      // Deleted here while the record stayed the same: really deleted. Everything else comes from the record.
      if (there === before) plan.drop.push(name);
      else plan.write.push({ name, sha256: there });
    } else if (there === undefined && here === before) plan.remove.push(name);
    else if (there === before || there === undefined) plan.upload.push(name);
    else if (here !== undefined) plan.conflicts.push({ name, to: nameBeside(name, here), sha256: there });
  }
  return plan;
}

/** Whether a plan changes anything but the base. */
export function isIdle({ write, remove, upload, drop, conflicts }: MergePlan): boolean {
  return write.length + remove.length + upload.length + drop.length + conflicts.length === 0;
}

/**
 * Another name for a file of a conflict, the same on every node: a photo becomes another photo of the person; settings are kept
 * in the person's folder for people to look at, and not read.
 */
export function nameBeside(name: string, sha256: string): string {
  const slash = name.lastIndexOf('/');
  const [folder, file] = [name.slice(0, slash + 1), name.slice(slash + 1)];
  const dot = file.lastIndexOf('.');
  const [stem, ending] = [file.slice(0, dot), file.slice(dot)];
  const isTop = folder === '' || /^\.set-aside\/[^/]+\/$/.test(folder);
  // With another stem, a file at the top would be somebody else's.
  const own = isTop ? `${folder}${stem}/` : folder;
  const mark = sha256.slice(0, HASH_DIGITS);
  return SETTINGS.test(file) ? `${own}person.yaml.${mark}` : `${own}${stem}-${mark}${ending}`;
}
