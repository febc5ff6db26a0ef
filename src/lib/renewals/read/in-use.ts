import { basename } from "node:path";
import { readRenewables, type ReadOptions, type Renewable } from "../../apple/index.ts";
import { Failure } from "../../errors/index.ts";
import { MAX_BYTES, RENEWAL_KINDS, type RenewalItem, type RenewalKind } from "../../model/renewal.ts";
import { text } from "../../text/index.ts";
import { readNamedFile, readShort } from "../../files/index.ts";
import type { Current } from "../replacement/check.ts";

/**
 * What is in use now: the named file, else the recorded file if it is unchanged, else the record itself.
 *
 * @param openers what opens these files
 * @throws Failure `usage` when the named file cannot be read, `input-rejected` when it holds nothing of the kind
 */
export async function inUseOf(
  place: Parameters<typeof readNamedFile>[0],
  { kind, item }: { readonly kind: RenewalKind; readonly item: RenewalItem | null },
  named: string | undefined,
  openers?: ReadOptions,
): Promise<Current | null> {
  if (named !== undefined) {
    const found = readRenewables(await readNamedFile(place, named, MAX_BYTES), openers).find(
      ({ expiring }) => expiring.kind === kind,
    );
    if (found !== undefined) return found;
    const name = RENEWAL_KINDS[kind];
    throw new Failure("input-rejected", {
      what: text(`the file does not contain: ${name.en}`, `このファイルに${name.ja}は入っていません`),
      where: named,
    });
  }
  if (item === null) return null;
  const kept = item.source === null ? [] : await keptAt(item.source, openers);
  const same = kept.find(({ expiring }) => expiring.kind === kind && expiring.fingerprint === item.fingerprint);
  return same ?? { expiring: item };
}

/** What a recorded file holds; nothing where it has gone or changed its nature. */
async function keptAt(path: string, openers: ReadOptions | undefined): Promise<readonly Renewable[]> {
  try {
    const found = await readShort(path, MAX_BYTES);
    return found === undefined ? [] : readRenewables({ name: basename(path), bytes: found.bytes }, openers);
  } catch {
    // the record tells enough
    return [];
  }
}
