import { readRenewables, type ReadOptions, type Renewable } from "../../../lib/apple/index.ts";
import type { RenewalChange } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import {
  isTelephoneNumber,
  MAX_BYTES,
  RENEWAL_KINDS,
  type ExpiringItem,
  type RenewalKind,
} from "../../../lib/model/renewal.ts";
import { yearAfter } from "../../../lib/model/time.ts";
import { instantOf, pastInstant } from "../../../lib/model/typed-date.ts";
import { readSecret } from "../../../lib/renewals/notify/secret.ts";
import { readKeys } from "../../../lib/renewals/read/keys.ts";
import { text } from "../../../lib/text/index.ts";
import { shownOption } from "../../../lib/text/shell-word.ts";
import type { Tools } from "../../tools.ts";
import type { ItemOptions } from "./options.ts";

/**
 * The options as a change of an item: an option that was not given is absent, a blank one is null.
 *
 * @param kind the kind the item has or is to have, where it is known
 * @param accept throws where what the file has is not to be recorded
 * @throws Failure `usage` for invalid or conflicting dates; and see {@link readItem}
 */
export async function readOptions(
  tools: Pick<Tools, "stdin" | "workingFolder" | "clock" | "machine">,
  {
    options,
    kind,
    timezone,
    accept,
  }: {
    options: ItemOptions;
    kind: RenewalKind | undefined;
    timezone: string;
    accept?: Accept;
  },
): Promise<RenewalChange> {
  refuseMisfit(options, kind);
  const { file, fingerprint } = options;
  return {
    ...(file === undefined ? {} : await readItem(tools, { ...options, file, kind, fingerprint }, accept)),
    ...(options.kind === undefined ? {} : { kind: options.kind }),
    ...dateOf(options, tools.clock.now(), timezone),
    ...words(options),
  };
}

/** Looks at what a file has, before it is recorded. @throws Failure */
type Accept = (found: Renewable) => Promise<void>;

/** The files that open others. */
type KeyFiles = Pick<ItemOptions, "key" | "passwordFile">;

/**
 * Keys and passwords of the files that are named for them.
 *
 * @throws Failure `not-found` when one is not there, `input-rejected` when it is no key, or others may read a password
 */
export async function readOpeners(
  tools: Pick<Tools, "stdin" | "workingFolder" | "machine">,
  { key, passwordFile }: KeyFiles,
): Promise<ReadOptions> {
  const { workingFolder: folder, machine } = tools;
  const place = { environment: {}, folder, modes: machine.platform !== "win32" };
  return {
    keys: await readKeys(key, (name) => readNamedFile(tools, name, MAX_BYTES)),
    passwords: await Promise.all(passwordFile.map((file) => readSecret({ file }, place))),
  };
}

const WORDS = ["organisation", "owner", "account", "phone", "phoneHolder", "notes"] as const;

/** What the options say in free text; each is stored as typed, a blank one as null. */
export const words = (options: ItemOptions): RenewalChange =>
  Object.fromEntries(
    WORDS.flatMap((key) => {
      const said = options[key];
      return said === undefined ? [] : [[key, said]];
    }),
  );

function dateOf({ expires, lastLogin }: ItemOptions, now: Date, timezone: string): RenewalChange {
  if (lastLogin !== undefined) {
    const at = pastInstant(lastLogin, { now, timezone, where: "--last-login" });
    return { expiresAt: yearAfter(at), certainty: "estimated" };
  }
  if (expires === undefined) return {};
  return { expiresAt: expires === null ? null : instantOf(expires, timezone), certainty: "typed" };
}

function refuseMisfit(
  { expires, file, fingerprint, key, passwordFile, lastLogin, phone }: ItemOptions,
  kind: RenewalKind | undefined,
): void {
  if (typeof phone === "string" && !isTelephoneNumber(phone)) throw noNumber(phone);
  const given: Readonly<Record<string, unknown>> = { "--expires": expires, "--file": file, "--last-login": lastLogin };
  const dates = Object.keys(given).filter((option) => given[option] !== undefined);
  if (dates.length > 1) {
    const all = dates.join(" ");
    throw misfit(text(`only one of these can set the date: ${all}`, `期限を決められるのは 1 つだけです: ${all}`));
  }
  if (fingerprint !== undefined && file === undefined) {
    throw misfit(text("--fingerprint requires --file", "--fingerprint には --file が必要です"));
  }
  if (key.length > 0 && file === undefined) {
    throw misfit(text("--key requires --file", "--key には --file が必要です"));
  }
  if (passwordFile.length > 0 && file === undefined) {
    throw misfit(text("--password-file requires --file", "--password-file には --file が必要です"));
  }
  if (lastLogin !== undefined && kind !== "android-owner") {
    throw misfit(
      text("--last-login is only for the kind android-owner", "--last-login は種類が android-owner のときだけ使えます"),
    );
  }
}

const noNumber = (typed: string): Failure => {
  const option = shownOption("--phone-holder", typed);
  return new Failure("usage", {
    what: text(
      `--phone takes a telephone number, not "${typed}"`,
      `--phone には電話番号を指定してください(「${typed}」は不可)`,
    ),
    hint: text(`for who holds the phone, or where it is: ${option}`, `電話を持っている人や置き場所は: ${option}`),
  });
};

const misfit = (what: ReturnType<typeof text>): Failure => new Failure("usage", { what });

/** Which of the things in a file is meant. */
interface FileChoice extends KeyFiles {
  readonly file: string;
  /** the kind a person gave it */
  readonly kind: RenewalKind | undefined;
  /** the start of its fingerprint */
  readonly fingerprint: string | undefined;
}

/** Kinds a certificate can be for, which it does not tell itself. */
const OF_CERTIFICATES: readonly RenewalKind[] = [
  "agent-build-certificate",
  "agent-push-certificate",
  "device-certificate",
  "custom",
];

/** What an item records of the file it was read from, its kind aside. */
export const fromFile = (
  { organisation, expiresAt, certainty, fingerprint, topic }: Omit<ExpiringItem, "kind" | "name" | "validFrom">,
  source: string | null,
) => ({
  organisation,
  // one form for all, as items are ordered and notices kept by it
  expiresAt: new Date(expiresAt).toISOString(),
  certainty,
  fingerprint,
  topic,
  source,
});

/**
 * The thing a file holds, as an item records it.
 *
 * @throws Failure `not-found` when the file is not there
 * @throws Failure `usage` when cannot be read, or holds several that fit, which are listed
 * @throws Failure `input-rejected` when it holds nothing that expires, or nothing of the kind
 */
async function readItem(
  tools: Pick<Tools, "stdin" | "workingFolder" | "machine">,
  wanted: FileChoice,
  accept: Accept = async () => {},
): Promise<RenewalChange> {
  const openers = await readOpeners(tools, wanted);
  const read = await readNamedFile(tools, wanted.file, MAX_BYTES);
  const found = pick(readRenewables(read, openers), wanted);
  await accept(found);
  const { expiring } = found;
  return { kind: wanted.kind ?? expiring.kind, ...fromFile(expiring, read.path) };
}

/** Of several things in a file, the one that is meant. */
function pick(found: readonly Renewable[], { file, kind, fingerprint = "" }: FileChoice): Renewable {
  const start = fingerprint.toLowerCase().replaceAll(":", "");
  const fitting = found.filter(({ expiring }) => mayBe(expiring.kind, kind) && expiring.fingerprint.startsWith(start));
  const [one, ...others] = fitting;
  if (one === undefined) {
    throw new Failure("input-rejected", {
      what: text("the file contains nothing that matches", "該当するものがファイルにありません"),
      where: file,
      hint: text(`it contains: ${listed(found, "en")}`, `ファイルの内容: ${listed(found, "ja")}`),
    });
  }
  if (others.length === 0) return one;
  throw new Failure("usage", {
    what: text(
      `the file contains ${fitting.length}: ${listed(fitting, "en")}`,
      `ファイルに ${fitting.length} 件あります: ${listed(fitting, "ja")}`,
    ),
    where: file,
    hint: text("choose one with --fingerprint START", "--fingerprint(先頭の一部)でどれかを指定してください"),
  });
}

const mayBe = (found: RenewalKind, wanted: RenewalKind | undefined): boolean =>
  wanted === undefined || wanted === found || (found === "certificate" && OF_CERTIFICATES.includes(wanted));

const SHOWN_DIGITS = 12;
const MAX_LISTED = 10;

const listed = (found: readonly Renewable[], language: "en" | "ja"): string =>
  [
    ...found
      .slice(0, MAX_LISTED)
      .map(
        ({ expiring: { kind, name, expiresAt, fingerprint } }) =>
          `${RENEWAL_KINDS[kind][language]} ${name} (${expiresAt.slice(0, 10)}, ${fingerprint.slice(0, SHOWN_DIGITS)})`,
      ),
    ...(found.length > MAX_LISTED ? ["…"] : []),
  ].join("; ");
