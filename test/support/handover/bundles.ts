import { join } from "node:path";
import { expect } from "vitest";
import { createExistingOutputFailure, Outputs, type TemporaryStorage } from "../../../src/lib/files/index.ts";
import { BUNDLE_SCHEMA_VERSION, type Manifest } from "../../../src/lib/handover/bundle/manifest.ts";
import { BundleWriter, isBundleFolderName } from "../../../src/lib/handover/bundle/write.ts";

export { freshFolder } from "../folder.ts";

/** Returns a storage below `root` for the outputs of a test. */
export const storageIn = (root: string): TemporaryStorage => ({
  temporaryFolder: join(root, "tmp"),
  processes: { self: 4711, place: "here", startOf: () => "1", isAlive: () => true },
});

/** Starts a bundle that does not replace anything. */
export async function createBundle(
  target: string,
  temporary: TemporaryStorage,
  { kept = [] }: { readonly kept?: readonly string[] } = {},
): Promise<BundleWriter> {
  const outputs = new Outputs({
    temporary,
    workingFolder: temporary.temporaryFolder,
    kept,
    userId: undefined,
    stdout: () => expect.unreachable(),
  });
  const folderFault = isBundleFolderName(target) ? async () => undefined : undefined;
  const existing = await outputs.declare([{ name: target, folderFault }]);
  if (existing.length > 0) throw createExistingOutputFailure(existing);
  return BundleWriter.create(target, outputs);
}

/** A manifest without resources and files. */
export const EMPTY_MANIFEST: Manifest = {
  schema: BUNDLE_SCHEMA_VERSION,
  program: "clomoctl 0.1.0",
  tenant: { name: "株式会社みなと", mirroredAt: null },
  asOf: "2026-11-20",
  lastUpdatedAt: null,
  language: "ja",
  resources: [],
};

/** Writes a bundle with files by path. */
export async function writeBundle(
  target: string,
  place: TemporaryStorage,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using writer = await createBundle(target, place);
  for (const [path, content] of Object.entries(files)) {
    const file = await writer.file(path);
    await file.write(content);
    await file.close();
  }
  await writer.seal(EMPTY_MANIFEST);
  await writer.finish(EMPTY_MANIFEST);
}
