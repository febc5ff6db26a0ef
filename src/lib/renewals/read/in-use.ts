import { basename } from "node:path";
import { readRenewables, type ReadOptions, type Renewable } from "../../apple/index.ts";
import { Failure } from "../../errors/index.ts";
import { MAX_RENEWAL_FILE_BYTES, RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";
import { readNamedFile, readSmallFile } from "../../files/index.ts";
import type { CurrentItem } from "../replacement/check.ts";

/**
 * Returns the item in use: the content of the specified file, otherwise the recorded file if it is unchanged, otherwise
 * the record.
 *
 * @param openers keys that open these files
 * @throws Failure `not-found` or `usage` if the specified file cannot be read, `input-rejected` if it does not contain
 * an item of this kind
 */
export async function findCurrentItem(
  place: Parameters<typeof readNamedFile>[0],
  { kind, item }: { readonly kind: RenewalKind; readonly item: RenewalItem | null },
  named: string | undefined,
  openers?: ReadOptions,
): Promise<CurrentItem | null> {
  if (named !== undefined) {
    const read = await readRenewables(await readNamedFile(place, named, MAX_RENEWAL_FILE_BYTES), openers);
    const found = read.find(({ expiring }) => expiring.kind === kind);
    if (found !== undefined) return found;
    const name = RENEWAL_KINDS[kind];
    throw new Failure("input-rejected", {
      what: text(`the file does not contain: ${name.en}`, `このファイルに${name.ja}は入っていません`),
      where: named,
    });
  }
  if (item === null) return null;
  const kept = item.source === null ? [] : await readSourceFile(item.source, openers);
  const same = kept.find(({ expiring }) => expiring.kind === kind && expiring.fingerprint === item.fingerprint);
  return same ?? { expiring: item };
}

async function readSourceFile(path: string, openers: ReadOptions | undefined): Promise<readonly Renewable[]> {
  try {
    const found = await readSmallFile(path, MAX_RENEWAL_FILE_BYTES);
    return found === undefined ? [] : await readRenewables({ name: basename(path), bytes: found.bytes }, openers);
  } catch {
    // the record is sufficient
    return [];
  }
}
