import {
  readRenewables,
  readSigningRequest,
  type ReadOptions,
  type Renewable,
  type SigningRequest,
} from "../../../lib/apple/index.ts";
import type { RenewalChange } from "../../../lib/client/index.ts";
import { Failure, ignoreFailure } from "../../../lib/errors/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import {
  MAX_RENEWAL_FILE_BYTES,
  RENEWAL_KINDS,
  type ExpiringItem,
  type RenewalKind,
} from "../../../lib/nouns/renewal.ts";
import { toUtcInstant } from "../../../lib/model/time.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import type { ItemOptions, NewItemOptions } from "./options.ts";
import type { Context } from "../../../lib/config/index.ts";
import { type CheckItem, findFileKey } from "../../../lib/renewals/expiry-status.ts";

type FileItem = Pick<CheckItem, "id" | "kind" | "topic" | "fingerprint">;

/**
 * Warns of certificates and tokens that other contexts have, too. Contexts that cannot be read are left to `status`. Call
 * this last, because commands that are proposed after other tenants were opened do not name the tenant.
 */
export async function warnOfSharedFiles(tools: Tools, here: Context, files: readonly FileItem[]): Promise<void> {
  const keys = new Map(files.map((file) => [findFileKey(file), file]));
  keys.delete(undefined);
  if (keys.size === 0) return;
  await Promise.all(
    (await tools.contexts.listUsed()).map(async (context) => {
      if (context.name === here.name || (context.kind === "embedded" && !tools.contexts.hasTenant(context))) return;
      const items = await ignoreFailure(async () => (await tools.tenantOf(context, "renewals")).client.renewals.list());
      for (const item of items ?? []) {
        const file = keys.get(findFileKey(item));
        // the same tenant in two contexts has the same IDs
        if (file === undefined || file.id === item.id) continue;
        const { en, ja } = RENEWAL_KINDS[item.kind];
        await tools.terminal.warn(
          text(
            `the context ${context.name} has the same ${en}, as ${item.name}`,
            `同じ${ja}が、コンテキスト ${context.name} に「${item.name}」として登録されています`,
          ),
        );
      }
    }),
  );
  // the summary is about the tenant that was opened last
  await tools.tenantOf(here, "renewals");
}

/** A blank value sets null. A field without an option is not changed. */
export function readItemOptions({ expires, ...options }: ItemOptions, timezone: string): RenewalChange {
  const typed = expires && toUtcInstant(expires, timezone);
  const dated = typed === undefined ? {} : ({ expiresAt: typed, certainty: "typed" } as const);
  const said = (["kind", ...TEXT_FIELDS] as const).map((key) => [key, options[key]] as const);
  return { ...Object.fromEntries(said.filter(([, value]) => value !== undefined)), ...dated };
}

export const readKeyFiles = async (
  tools: Pick<Tools, "stdin" | "workingFolder">,
  { key }: Pick<NewItemOptions, "key">,
): Promise<ReadOptions> => ({
  keys: await Promise.all(
    key.map(async (name) => readPrivateKey(name, await readNamedFile(tools, name, MAX_RENEWAL_FILE_BYTES))),
  ),
});

async function readPrivateKey(name: string, { bytes }: { readonly bytes: Uint8Array }) {
  const { createPrivateKey } = await import("node:crypto");
  try {
    createPrivateKey(Buffer.from(bytes));
    return { name, bytes };
  } catch {
    throw new Failure("input-rejected", {
      what: text("not a private key (PEM), or it needs a passphrase", "PEM の秘密鍵ではないか、パスフレーズが必要です"),
      where: name,
    });
  }
}

const TEXT_FIELDS = ["organisation", "owner", "account", "phone", "phoneHolder", "notes"] as const;

interface FileChoice extends Pick<NewItemOptions, "key"> {
  readonly file: string;
  readonly kind: RenewalKind | undefined;
}

/** The content of these certificates does not show their kind, so the user must choose. */
const CERTIFICATE_KINDS: readonly RenewalKind[] = [
  "agent-build-certificate",
  "agent-push-certificate",
  "device-certificate",
  "custom",
];

export const toItemFields = (
  { organisation, expiresAt, certainty, fingerprint, topic }: Omit<ExpiringItem, "kind" | "name" | "validFrom">,
  source: string | null,
) => ({
  organisation,
  // store one fixed format, because items are sorted by the text of the date
  expiresAt: new Date(expiresAt).toISOString(),
  certainty,
  fingerprint,
  topic,
  source,
});

/** @throws `not-found`; `usage` if several items in the file match; `input-rejected` if no item matches */
export async function readRenewable(
  tools: Pick<Tools, "stdin" | "workingFolder">,
  wanted: FileChoice,
): Promise<Renewable & { readonly path: string | null }> {
  const openers = await readKeyFiles(tools, wanted);
  const read = await readNamedFile(tools, wanted.file, MAX_RENEWAL_FILE_BYTES);
  const { expiring, evidence } = pickRenewable(await readRenewables(read, openers), wanted);
  return { expiring: { ...expiring, kind: wanted.kind ?? expiring.kind }, evidence, path: read.path };
}

export const readCsr = async (
  tools: Pick<Tools, "stdin" | "workingFolder">,
  name: string | undefined,
): Promise<SigningRequest | undefined> =>
  name === undefined ? undefined : readSigningRequest(await readNamedFile(tools, name, MAX_RENEWAL_FILE_BYTES));

function pickRenewable(found: readonly Renewable[], { file, kind }: FileChoice): Renewable {
  const [one, ...others] = found.filter(({ expiring }) => isCompatibleKind(expiring.kind, kind));
  if (one !== undefined && others.length === 0) return one;
  const kinds = (language: "en" | "ja"): string =>
    [...new Set(found.map(({ expiring }) => RENEWAL_KINDS[expiring.kind][language]))].join(", ");
  if (one === undefined)
    throw new Failure("input-rejected", {
      what: text("the file does not contain an item of this kind", "ファイルに、指定した種類の項目がありません"),
      where: file,
      hint: text(`the file contains: ${kinds("en")}`, `ファイルの内容: ${kinds("ja")}`),
    });
  const count = others.length + 1;
  throw new Failure("usage", {
    what: text(`the file contains several matching items (${count})`, `ファイルに候補となる項目が ${count} 件あります`),
    where: file,
    hint: text("use a file that contains only this item", "この項目だけのファイルを指定してください"),
  });
}

const isCompatibleKind = (found: RenewalKind, wanted: RenewalKind | undefined): boolean =>
  wanted === undefined || wanted === found || (found === "certificate" && CERTIFICATE_KINDS.includes(wanted));
