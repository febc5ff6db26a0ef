import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { spoolToFile } from "../../lib/files/index.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import { openBundleFiles, type BundleFiles } from "../../lib/handover/bundle/read.ts";
import { verifyBundle, type BundleVerification } from "../../lib/handover/compare/verify.ts";
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
  const place = { folder: workingFolder, modes: machine.platform !== "win32" };
  const { createDecrypter } = await import("../../lib/handover/bundle/age.ts");
  const content = await readSecret(identity, place);
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

export interface VerifiedBundle extends BundleVerification, AsyncDisposable {
  /** path of a copy of the tenant's file, until this is disposed of; undefined if the bundle does not contain it */
  readonly copy: string | undefined;
}

/** Verifies a bundle and, unless only hashes are verified, the tenant in it. */
export async function verifyNamedBundle(
  tools: Tools,
  found: BundleFiles,
  { hashesOnly }: { readonly hashesOnly: boolean },
): Promise<VerifiedBundle> {
  const progress = startVerifyProgress(tools, [found]);
  const verified = await verifyBundle(found, { ...progress.options, hashesOnly });
  progress.finish();
  found.hold(verified.hashes);
  const copy = !hashesOnly && found.has(TENANT_FILE) && (await spoolToFile(found.read(TENANT_FILE), tools.temporary));
  if (copy === false) return { ...verified, copy: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  const { path, [Symbol.asyncDispose]: remove } = copy;
  try {
    const { fault, auditHead } = await tools.inspectCopy(path);
    const isOther = auditHead?.hash !== verified.manifest?.auditHead?.hash;
    const what = fault ?? (isOther ? OTHER_TENANT_STATE : undefined);
    const { faults, faultCount } = verified;
    const more = what === undefined ? [] : [{ file: TENANT_FILE, what }];
    const all = { faults: [...faults, ...more], faultCount: faultCount + more.length };
    return { ...verified, ...all, copy: path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const OTHER_TENANT_STATE = text(
  "the tenant's file and the manifest do not describe the same state",
  "テナントのファイルの状態がマニフェストと一致しません",
);
