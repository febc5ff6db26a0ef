import { Failure } from "../../lib/errors/index.ts";
import { FILE_MISSING } from "../../lib/handover/bundle/unpack.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import {
  openBundleFiles,
  type BundleFiles,
  throwFirstFault,
  verifyBundle,
  type BundleVerification,
} from "../../lib/handover/bundle/read.ts";
import { formatCount, joinFirstTexts, same, shortenText, text, type Text } from "../../lib/text/index.ts";
import type { Tools } from "../kit/tools.ts";
import { storeTenantCopy, VERIFYING, type TenantCopy } from "../kit/files/tenant-copy.ts";

export const BUNDLE_ARGUMENT = {
  kind: "file",
  isBundle: true,
  required: true,
  about: text(
    "bundle that `handover export` wrote: a folder or a .zip file",
    "`handover export` で書き出した引き継ぎデータ(フォルダーか .zip)",
  ),
} as const;

export interface VerifiedBundle extends BundleVerification, AsyncDisposable {
  /** reading a file of the bundle also verifies its hash */
  readonly found: BundleFiles;
  /** undefined if the bundle does not contain it */
  readonly copy: TenantCopy | undefined;
  /** stored values that this version of clomoctl does not accept */
  readonly problems: readonly Text[];
}

export async function openVerifiedBundle(tools: Tools, name: string): Promise<VerifiedBundle> {
  const { terminal, signal } = tools;
  await using stack = new AsyncDisposableStack();
  const found = stack.use(await openBundleFiles(name, tools));
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
