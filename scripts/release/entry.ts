/** A file of an archive; folders follow from the names. */
export interface Entry {
  /** with forward slashes, without a leading one */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** it may be run */
  readonly runs?: boolean | undefined;
}

/** Entries in the order of their names, whichever order files were read in: the same input gives the same bytes. */
export const inOrder = (entries: readonly Entry[]): readonly Entry[] =>
  entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** The folders above the entries, each once, before what they hold. */
export function foldersOf(entries: readonly Entry[]): readonly string[] {
  const folders = new Set<string>();
  for (const { name } of entries) {
    const parts = name.split("/").slice(0, -1);
    for (const at of parts.keys()) folders.add(parts.slice(0, at + 1).join("/"));
  }
  return [...folders].toSorted();
}
