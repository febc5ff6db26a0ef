import { createHash } from "node:crypto";
import type { SentParts } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { MANIFEST } from "../../lib/handover/bundle/contents.ts";
import { asBundle, openFiles, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { pathOfResource, type ResourceName } from "../../lib/handover/resources.ts";
import { BYTES } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

/** An argument that names a bundle. */
export const BUNDLE = {
  kind: "file",
  required: true,
  about: text(
    "what `handover export` has written: a folder, .tar.gz or .zip",
    "`handover export` で書き出したもの(フォルダー、.tar.gz、.zip)",
  ),
} as const;

export const ONLY_READ = text(
  "nothing was changed: bundles are only read",
  "引き継ぎデータを読み込むだけなので、何も変更していません",
);

/** @throws Failure `usage` for `--as` where only bundles are read: a bundle has what its author could see. @param where the command */
export function refuseActing({ globals }: Pick<Tools, "globals">, where: string): void {
  if (globals.as === undefined) return;
  throw new Failure("usage", {
    what: text("--as has no effect on a bundle", "引き継ぎデータに --as は使えません"),
    where,
    hint: text(
      "leave --as out, or export the bundle with it: clomoctl handover export -o FOLDER --as ACCOUNT",
      "--as を外すか、書き出すときに指定してください: clomoctl handover export -o FOLDER --as ACCOUNT",
    ),
  });
}

/** Opens what a person named as a bundle. @throws Failure as `openFiles` */
export const openNamed = (
  { workingFolder, temporary }: Pick<Tools, "workingFolder" | "temporary">,
  name: string,
): Promise<BundleFiles> => openFiles(name, { workingFolder, temporary });

/** Shows how many bytes were verified. */
export function verifying({ terminal, signal }: Tools, bundles: readonly BundleFiles[]) {
  const step = terminal.progress.start({ id: "verify", name: text("Verifying", "検証"), unit: BYTES });
  step.expect(bundles.reduce((sum, { files }) => sum + files.reduce((bytes, file) => bytes + file.bytes, 0), 0));
  return {
    options: { signal, onProgress: (bytes: number) => step.advance(bytes) },
    finish: () => step.finish(),
  };
}

/** A bundle's records as one body, as an export of today answers them. */
export async function sentParts(
  found: BundleFiles,
  resources: readonly ResourceName[],
  onProgress: (bytes: number) => void,
): Promise<SentParts & { readonly manifest: string }> {
  const manifest = createHash("sha256")
    .update(await found.text(MANIFEST))
    .digest("hex");
  // no record can have a line break before it: in JSON they are escaped
  const boundary = `clomoctl-${manifest.slice(0, 40)}`;
  const bundle = await asBundle(found);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const resource of resources) {
      const path = pathOfResource(resource);
      yield Buffer.from(
        `--${boundary}\r\nContent-Type: application/x-ndjson\r\nContent-Disposition: attachment; filename="${path}"\r\n\r\n`,
      );
      if (found.has(path)) {
        for await (const chunk of bundle.read(path)) {
          onProgress(chunk.length);
          yield chunk;
        }
      }
      yield Buffer.from("\r\n");
    }
    yield Buffer.from(`--${boundary}--\r\n`);
  }
  return { stream: ReadableStream.from(bytes()), boundary, manifest };
}
