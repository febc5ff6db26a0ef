import { createHash } from "node:crypto";
import { line, step } from "../../lib/advice/index.ts";
import type { MultipartUpload } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { MANIFEST_FILE } from "../../lib/handover/bundle/contents.ts";
import { toBundle, openBundleFiles, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { pathOfResource, type ResourceName } from "../../lib/handover/resources.ts";
import { readSecret } from "../../lib/renewals/notify/secret.ts";
import { BYTE_UNIT } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields } from "../field.ts";
import type { Tools } from "../tools.ts";

export const BUNDLE_ARGUMENT = {
  kind: "file",
  isBundle: true,
  required: true,
  about: text(
    "bundle that `handover export` wrote: a folder, .zip, or .age with --identity",
    "`handover export` で書き出したもの(フォルダー、.zip。.age は --identity とともに)",
  ),
} as const;

export const IDENTITY_OPTION = {
  identity: {
    kind: "file",
    value: "FILE",
    about: text(
      "your age identity file, readable only by you, for an encrypted bundle (.age)",
      "暗号化した引き継ぎデータ(.age)を読むための age の鍵ファイル(自分だけが読めるもの)",
    ),
  },
} as const satisfies Fields;

/**
 * Refuses `--as` for bundles, because a bundle contains what its author could see. @param where command for errors
 * @throws `usage`
 */
export function refuseAsOption({ globals }: Pick<Tools, "globals">, where: string): void {
  if (globals.as === undefined) return;
  throw new Failure("usage", {
    what: text("--as cannot be used with a bundle", "引き継ぎデータに --as は使えません"),
    where,
    hint: step(
      "omit --as, or use --as when you export the bundle",
      "--as を外すか、引き継ぎデータを書き出すときに指定してください",
      line("handover export", [], { output: "FOLDER", as: "ACCOUNT" }),
    ),
  });
}

/**
 * Opens the bundle that a person named.
 *
 * @param identity the file of {@link IDENTITY_OPTION}
 * @throws Failure as `openBundleFiles`; `usage` if a key is typed instead of its file; and `input-rejected` if others
 * can read the identity file, or if it does not contain a key
 */
export async function openNamedBundle(
  { workingFolder, temporary, machine }: Pick<Tools, "workingFolder" | "temporary" | "machine">,
  name: string,
  identity: string | undefined,
): Promise<BundleFiles> {
  if (identity === undefined) return openBundleFiles(name, { workingFolder, temporary });
  if (/AGE-SECRET-KEY-/i.test(identity)) throw createKeyAsFileFailure();
  const place = { environment: {}, folder: workingFolder, modes: machine.platform !== "win32" };
  const { createDecrypter } = await import("../../lib/handover/bundle/age.ts");
  const content = await readSecret({ file: identity }, place);
  return openBundleFiles(name, { workingFolder, temporary, decrypter: createDecrypter(content, identity) });
}

/** Returns the error for a key that was typed instead of a file name. The message does not repeat the key. */
const createKeyAsFileFailure = (): Failure =>
  new Failure("usage", {
    what: text("this is a secret key, not the name of a file", "ファイル名ではなく、秘密鍵が指定されています"),
    where: "--identity",
    hint: text(
      "save the key in a file that only you can read, pass the file with --identity KEY-FILE, and delete the key from the shell history",
      "自分だけが読めるファイルに鍵を保存して --identity KEY-FILE で指定し、シェルの履歴から鍵を削除してください",
    ),
  });

/** Starts the progress display for the bytes that are verified. */
export function startVerifyProgress({ terminal, signal }: Tools, bundles: readonly BundleFiles[]) {
  const step = terminal.progress.start({ id: "verify", name: text("Verifying", "検証"), unit: BYTE_UNIT });
  step.expect(bundles.reduce((sum, { files }) => sum + files.reduce((bytes, file) => bytes + file.bytes, 0), 0));
  return {
    options: { signal, onProgress: (bytes: number) => step.advance(bytes) },
    finish: () => step.finish(),
  };
}

/** Returns the records of a bundle as one multipart body, in the format of the current version. */
export async function buildRequestBody(
  found: BundleFiles,
  resources: readonly ResourceName[],
  onProgress: (bytes: number) => void,
): Promise<MultipartUpload & { readonly manifest: string }> {
  const manifest = createHash("sha256")
    .update(await found.text(MANIFEST_FILE))
    .digest("hex");
  // no record contains the boundary after a line break, because JSON escapes line breaks
  const boundary = `clomoctl-${manifest.slice(0, 40)}`;
  const bundle = await toBundle(found);
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
