import { resolve } from "node:path";
import { Failure } from "../../lib/errors/index.ts";
import { readText } from "../../lib/files/index.ts";
import { FILE_MISSING } from "../../lib/handover/bundle/unpack.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import {
  openBundleFiles,
  type BundleFiles,
  throwFirstFault,
  verifyBundle,
  type BundleVerification,
} from "../../lib/handover/bundle/read.ts";
import type { BundleWriter } from "../../lib/handover/bundle/write.ts";
import { readSecret } from "../../lib/renewals/notify/secret.ts";
import { formatCount, joinFirstTexts, same, shortenText, text, type Text } from "../../lib/text/index.ts";
import { defineOption, type Fields } from "../kit/field.ts";
import type { Tools } from "../kit/tools.ts";
import { storeTenantCopy, VERIFYING, type TenantCopy } from "../kit/files/tenant-copy.ts";

export const BUNDLE_ARGUMENT = {
  kind: "file",
  isBundle: true,
  required: true,
  about: text(
    "bundle that `handover export` wrote: a folder, a .zip file, or a .age file with --identity",
    "`handover export` で書き出した引き継ぎデータ(フォルダーか .zip。.age には --identity も指定する)",
  ),
} as const;

export const IDENTITY_OPTION = {
  identity: defineOption(
    "file",
    "FILE",
    "age identity file that decrypts the bundle (.age); only you may have access to this file",
    "引き継ぎデータ(.age)を復号する age の鍵ファイル(自分だけが読める権限にしておく)",
  ),
} as const satisfies Fields;

async function openNamedBundle(
  { workingFolder, temporary, home }: Pick<Tools, "workingFolder" | "temporary" | "home">,
  name: string,
  identity: string | undefined,
): Promise<BundleFiles> {
  if (identity === undefined) return openBundleFiles(name, { workingFolder, temporary });
  if (/AGE-SECRET-KEY-/i.test(identity)) throw createKeyAsFileFailure();
  const { createDecrypter } = await import("../../lib/handover/bundle/age.ts");
  const content = await readSecret(identity, { folder: workingFolder, userId: home.userId });
  return openBundleFiles(name, { workingFolder, temporary, decrypter: createDecrypter(content, identity) });
}

/** The message omits the key, because the key is secret. */
const createKeyAsFileFailure = (): Failure =>
  new Failure("usage", {
    what: text("this is a secret key, not the name of a file", "ファイル名ではなく、秘密鍵が指定されています"),
    where: "--identity",
    hint: text(
      "save the key in a file that only you can read, pass the file with --identity KEY-FILE, and delete the key from the shell history",
      "自分だけが読めるファイルに鍵を保存して --identity KEY-FILE で指定し、シェルの履歴から鍵を削除してください",
    ),
  });

export interface VerifiedBundle extends BundleVerification, AsyncDisposable {
  /** reading a file of the bundle also verifies its hash */
  readonly found: BundleFiles;
  /** undefined if the bundle does not contain it */
  readonly copy: TenantCopy | undefined;
  /** stored values that this version of clomoctl does not accept */
  readonly problems: readonly Text[];
}

/** @throws `usage` if `identity` is a key instead of a file; `input-rejected` if other users can read the file */
export async function openVerifiedBundle(
  tools: Tools,
  name: string,
  identity: string | undefined,
): Promise<VerifiedBundle> {
  const { terminal, signal } = tools;
  await using stack = new AsyncDisposableStack();
  const found = stack.use(await openNamedBundle(tools, name, identity));
  const names = found.ignored.map((path) => same(shortenText(path)));
  const { en, ja } = joinFirstTexts(names, 3);
  const ignored = text(
    `ignored files that the operating system added: ${en}`,
    `OS が追加したファイルは無視します: ${ja}`,
  );
  if (found.ignored.length > 0) await terminal.note(ignored);
  const total = found.files.reduce((bytes, file) => bytes + file.bytes, 0);
  const verified = await terminal.progress.during(VERIFYING, (progress) => {
    let read = 0;
    return verifyBundle(found, { signal, onProgress: (bytes) => progress.reach((read += bytes) / total) });
  });
  found.setVerifiedHashes(verified.hashes);
  const faults = [...verified.faults];
  let copy: TenantCopy | undefined;
  let problems: readonly Text[] = [];
  if (found.has(TENANT_FILE)) {
    const state = await terminal.progress.during(INSPECTING, async () => {
      copy = stack.use(await storeTenantCopy(tools, found.read(TENANT_FILE)));
      return tools.inspectCopy(copy.path);
    });
    ({ problems } = state);
    const fault = state.fault ?? state.unsafe;
    if (fault !== null) faults.push({ file: TENANT_FILE, ...fault });
  } else if (!faults.some(({ file }) => file === TENANT_FILE)) faults.push({ file: TENANT_FILE, what: FILE_MISSING });
  const kept = stack.move();
  const dispose = () => kept.disposeAsync();
  return { ...verified, found, faults, problems, copy, [Symbol.asyncDispose]: dispose };
}

const INSPECTING = { id: "inspect", name: text("Checking the tenant", "テナントの検査") };

const MAX_SHOWN_PROBLEMS = 20;

export async function showProblems(terminal: Tools["terminal"], problems: readonly Text[]): Promise<void> {
  const { length } = problems;
  for (const what of problems.slice(0, MAX_SHOWN_PROBLEMS)) await terminal.problem(what);
  if (length > MAX_SHOWN_PROBLEMS)
    await terminal.problem(text(`… ${formatCount(length, "error")} in total`, `… エラーは全部で ${length} 件`));
}

/** @throws `input-rejected` if the bundle was changed after the export */
export function requireCopy(bundle: string, { faults, manifest, copy }: VerifiedBundle) {
  throwFirstFault(bundle, faults);
  if (copy === undefined || manifest === undefined) throw new TypeError("a bundle without faults has both");
  return { copy, manifest };
}

const COMPARED_DIGITS = 16;

export const formatFingerprint = (fingerprint: string): string => {
  const group = (digits: string): string => digits.replaceAll(/(.{4})(?=.)/g, "$1 ");
  return `${group(fingerprint.slice(0, COMPARED_DIGITS))} (${group(fingerprint.slice(COMPARED_DIGITS))})`;
};

export const noteFingerprint = (terminal: Tools["terminal"], fingerprint: string): Promise<void> => {
  const shown = formatFingerprint(fingerprint);
  return terminal.note(text(`fingerprint: ${shown}`, `フィンガープリント: ${shown}`));
};

const FINGERPRINT_PATTERN = /^[0-9a-f]{16,64}$/;

/** Accepts what people copy or dictate: blanks, hyphens, brackets and full-width digits. @throws `code` */
export const parseFingerprint = (typed: string, code: "usage" | "input-rejected"): string => {
  const digits = typed
    .normalize("NFKC")
    .replaceAll(/[\s()\p{Pd}\u2212ー]/gu, "")
    .toLowerCase();
  if (FINGERPRINT_PATTERN.test(digits)) return digits;
  const what = text(
    `a fingerprint has 16 to 64 digits (0-9, a-f), not ${digits.length}`,
    `フィンガープリントは 16 進数(0-9、a-f)で 16 桁から 64 桁です(入力: ${digits.length} 文字)`,
  );
  throw new Failure(code, { what, where: "--fingerprint" });
};

export async function createBundleWriter(
  { workingFolder, outputs }: Tools,
  output: string,
  encryptTo: readonly string[],
): Promise<{ readonly writer: BundleWriter; readonly recipients: readonly string[] }> {
  const { BundleWriter: Writer } = await import("../../lib/handover/bundle/write.ts");
  const recipients = encryptTo.length === 0 ? undefined : await readAgeRecipients(encryptTo, workingFolder);
  return { writer: await Writer.create(output, outputs, recipients), recipients: recipients ?? [] };
}

async function readAgeRecipients(typed: readonly string[], workingFolder: string): Promise<readonly string[]> {
  const { parseKeyLines } = await import("../../lib/handover/bundle/age.ts");
  const read = typed.map(async (word) =>
    /^age(?:1|-secret-key-)/i.test(word) ? [word] : parseKeyLines(await readText(resolve(workingFolder, word), word)),
  );
  return (await Promise.all(read)).flat();
}
