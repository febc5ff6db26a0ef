import { readExpiring } from "../../../lib/apple/index.ts";
import type { NewRenewalItem } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { MOST_BYTES, RENEWAL_KINDS, type Expiring, type RenewalKind } from "../../../lib/model/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { readKeys } from "./own-keys.ts";
import { readNamedFile } from "../../../lib/files/index.ts";

/** Which of the things in a file is meant. */
export interface Wanted {
  readonly file: string;
  /** the kind a person gave it */
  readonly kind: RenewalKind | undefined;
  /** the start of its fingerprint */
  readonly fingerprint: string | undefined;
  /** files of private keys that open server tokens */
  readonly key: readonly string[];
}

/** Kinds a certificate can be for, which it does not tell itself. */
const OF_CERTIFICATES: readonly RenewalKind[] = [
  "agent-build-certificate",
  "agent-push-certificate",
  "device-certificate",
  "custom",
];

/** What an item takes over from the file it was read from. */
export type FromFile = Required<
  Pick<NewRenewalItem, "kind" | "organisation" | "expiresAt" | "certainty" | "fingerprint" | "topic" | "source">
>;

/**
 * The thing a file holds, as an item records it.
 *
 * @throws Failure `not-found` when the file is not there
 * @throws Failure `usage` when it cannot be read, or holds several that fit, which are listed
 * @throws Failure `input-rejected` when it holds nothing that expires, or nothing of the kind
 */
export async function readItem(tools: Pick<Tools, "stdin" | "workingFolder">, wanted: Wanted): Promise<FromFile> {
  const keys = await readKeys(wanted.key, (name) => readNamedFile(tools, name, MOST_BYTES));
  const read = await readNamedFile(tools, wanted.file, MOST_BYTES);
  const found = pick(readExpiring(read, { keys }), wanted);
  const { organisation, certainty, fingerprint, topic } = found;
  // one form for all, as items are ordered by it
  const expiresAt = new Date(found.expiresAt).toISOString();
  const kind = wanted.kind ?? found.kind;
  return { kind, organisation, expiresAt, certainty, fingerprint, topic, source: read.path };
}

/** Of several things in a file, the one that is meant. */
function pick(found: readonly Expiring[], { file, kind, fingerprint = "" }: Wanted): Expiring {
  const start = fingerprint.toLowerCase().replaceAll(":", "");
  const fitting = found.filter((one) => mayBe(one.kind, kind) && one.fingerprint.startsWith(start));
  const [one, ...others] = fitting;
  if (one === undefined) {
    throw new Failure("input-rejected", {
      what: text("the file holds nothing of the kind", "該当するものがファイルにありません"),
      where: file,
      hint: text(`it holds: ${listed(found, "en")}`, `ファイルの内容: ${listed(found, "ja")}`),
    });
  }
  if (others.length === 0) return one;
  throw new Failure("usage", {
    what: text(
      `the file holds ${fitting.length}: ${listed(fitting, "en")}`,
      `ファイルに ${fitting.length} 件あります: ${listed(fitting, "ja")}`,
    ),
    where: file,
    hint: text("say which with --fingerprint START", "--fingerprint(先頭の一部)でどれかを指定してください"),
  });
}

const mayBe = (found: RenewalKind, wanted: RenewalKind | undefined): boolean =>
  wanted === undefined || wanted === found || (found === "certificate" && OF_CERTIFICATES.includes(wanted));

const SHOWN_DIGITS = 12;
const MOST_LISTED = 10;

const listed = (found: readonly Expiring[], language: "en" | "ja"): string =>
  [
    ...found
      .slice(0, MOST_LISTED)
      .map(
        ({ kind, name, expiresAt, fingerprint }) =>
          `${RENEWAL_KINDS[kind].name[language]} ${name} (${expiresAt.slice(0, 10)}, ${fingerprint.slice(0, SHOWN_DIGITS)})`,
      ),
    ...(found.length > MOST_LISTED ? ["…"] : []),
  ].join("; ");
