/** A file in an archive. Folders are derived from the names. */
export interface ArchiveEntry {
  /** path with forward slashes, without a leading slash */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** true if the file is executable */
  readonly runs?: boolean | undefined;
}

/**
 * Sorts entries by name, so that the same input gives the same bytes, regardless of the order in which the files were
 * read.
 */
export const sortEntries = (entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] =>
  entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** Returns the folders of the entries, each once, with a folder before its subfolders. */
export function listFolders(entries: readonly ArchiveEntry[]): readonly string[] {
  const folders = new Set<string>();
  for (const { name } of entries) {
    const parts = name.split("/").slice(0, -1);
    for (const at of parts.keys()) folders.add(parts.slice(0, at + 1).join("/"));
  }
  return [...folders].toSorted();
}
