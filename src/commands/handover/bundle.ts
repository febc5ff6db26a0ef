import { createHash } from "node:crypto";
import { line, step } from "../../lib/advice/index.ts";
import type { SentParts } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { MANIFEST } from "../../lib/handover/bundle/contents.ts";
import { asBundle, openFiles, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { hasSecretKey } from "../../lib/handover/bundle/secret-key.ts";
import { pathOfResource, type ResourceName } from "../../lib/handover/resources.ts";
import { readSecret } from "../../lib/renewals/notify/secret.ts";
import { BYTES } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields } from "../field.ts";
import type { Tools } from "../tools.ts";

/** An argument that names a bundle. */
export const BUNDLE = {
  kind: "file",
  isBundle: true,
  required: true,
  about: text(
    "what `handover export` has written: a folder, .tar.gz, .zip, or .age with --identity",
    "`handover export` で書き出したもの(フォルダー、.tar.gz、.zip。.age は --identity とともに)",
  ),
} as const;

/** The option that opens an encrypted bundle. */
export const IDENTITY = {
  identity: {
    kind: "file",
    value: "FILE",
    about: text(
      "your identity file of age, readable by you alone, for an encrypted bundle (.age)",
      "暗号化した引き継ぎデータ(.age)を読むための age の鍵ファイル(自分だけが読めるもの)",
    ),
  },
} as const satisfies Fields;

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
    hint: step(
      "leave --as out, or export the bundle with it",
      "--as を外すか、書き出すときに指定してください",
      line("handover export", [], { output: "FOLDER", as: "ACCOUNT" }),
    ),
  });
}

/**
 * Opens what a person named as a bundle.
 *
 * @param identity the file of {@link IDENTITY}
 * @throws Failure as `openFiles`; `usage` for a key in place of its file; and `input-rejected` for an identity file that others may read, or that has no key
 */
export async function openNamed(
  { workingFolder, temporary, machine }: Pick<Tools, "workingFolder" | "temporary" | "machine">,
  name: string,
  identity: string | undefined,
): Promise<BundleFiles> {
  if (identity === undefined) return openFiles(name, { workingFolder, temporary });
  if (hasSecretKey(identity)) throw keyForFile();
  const place = { environment: {}, folder: workingFolder, modes: machine.platform !== "win32" };
  const { parseIdentities } = await import("../../lib/handover/bundle/decrypt.ts");
  // before who may read it: a public key may be read by everybody
  const parse = (content: string): readonly string[] => parseIdentities(content, identity);
  const content = await readSecret({ file: identity }, place, parse);
  return openFiles(name, { workingFolder, temporary, identities: parse(content) });
}

/** The key is not repeated. */
const keyForFile = (): Failure =>
  new Failure("usage", {
    what: text("this is a secret key, not the name of a file", "ファイル名ではなく、秘密鍵が指定されています"),
    where: "--identity",
    hint: text(
      "save the key in a file that only you can read, name it with --identity KEY-FILE, and delete the key from the shell history",
      "自分だけが読めるファイルに鍵を保存して --identity KEY-FILE で指定し、シェルの履歴から鍵を削除してください",
    ),
  });

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
