import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createExistingOutputFailure, Outputs, type TemporaryStorage } from "../../../src/lib/files/index.ts";
import { BUNDLE_SCHEMA_VERSION, type Manifest } from "../../../src/lib/handover/bundle/manifest.ts";
import { BundleWriter, isBundleFolderName } from "../../../src/lib/handover/bundle/write.ts";
import { pathOfResource, RESOURCE_NAMES, resourceOf, type ResourceName } from "../../../src/lib/handover/resources.ts";

/** Records by resource, in the order in which they are written. A resource without records may be absent. */
export type Records = Readonly<Partial<Record<ResourceName, readonly object[]>>>;

/** Creates a folder that is removed when the test ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Returns the storage below `root` in which a test prepares its outputs. */
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
  const outputs = new Outputs({ temporary, workingFolder: temporary.temporaryFolder, kept, userId: undefined });
  const folderFault = isBundleFolderName(target) ? async () => undefined : undefined;
  const existing = await outputs.declare([{ name: target, folderFault }]);
  if (existing.length > 0) throw createExistingOutputFailure(existing);
  return BundleWriter.create(target, outputs);
}

const renderNdjson = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

/** A manifest without resources and files. */
export const EMPTY_MANIFEST: Manifest = {
  schema: BUNDLE_SCHEMA_VERSION,
  program: "clomoctl 0.1.0",
  tenant: { name: "株式会社みなと", mirroredAt: null },
  asOf: "2026-11-20",
  lastUpdatedAt: null,
  auditHead: null,
  language: "ja",
  encoding: "shift_jis",
  newline: "crlf",
  resources: [],
  files: [],
  gaps: [],
};

/** Writes a bundle with records and, by path, other files. */
export async function writeBundle(
  target: string,
  place: TemporaryStorage,
  {
    records = {},
    files = {},
    manifest = {},
  }: {
    readonly records?: Records;
    readonly files?: Readonly<Record<string, string>>;
    readonly manifest?: Partial<Manifest>;
  } = {},
): Promise<Manifest> {
  await using writer = await createBundle(target, place);
  const put = async (path: string, content: string): Promise<string> => {
    const file = await writer.file(path);
    await file.write(content);
    return (await file.close()).sha256;
  };
  const resources: Manifest["resources"] = [];
  for (const name of RESOURCE_NAMES) {
    const { [name]: lines } = records;
    const { leftOut = [] } = resourceOf(name);
    resources.push({
      name,
      records: lines?.length ?? 0,
      sha256: await put(pathOfResource(name), renderNdjson(lines ?? [])),
      leftOut: [...leftOut],
    });
  }
  for (const [path, content] of Object.entries(files)) await put(path, content);
  const others = Object.keys(files).map((path) => ({ path, records: null }));
  const whole: Manifest = { ...EMPTY_MANIFEST, resources, files: others, ...manifest };
  await writer.finish(whole);
  return whole;
}
