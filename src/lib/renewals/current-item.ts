import { basename } from "node:path";
import { readRenewables, type ReadOptions, type Renewable } from "../apple/index.ts";
import { readSmallFile } from "../files/index.ts";
import { MAX_RENEWAL_FILE_BYTES, type RenewalItem } from "../nouns/renewal.ts";
import type { CurrentItem } from "./compare.ts";

/** Returns the record if its source file has changed or cannot be read. */
export async function findCurrentItem(item: RenewalItem, openers?: ReadOptions): Promise<CurrentItem> {
  const { source, fingerprint, kind } = item;
  const kept = source === null ? [] : await readSourceFile(source, openers).catch(() => []);
  const same = kept.find(({ expiring }) => expiring.fingerprint === fingerprint);
  return same === undefined ? { expiring: item } : { ...same, expiring: { ...same.expiring, kind } };
}

async function readSourceFile(path: string, openers: ReadOptions | undefined): Promise<readonly Renewable[]> {
  const found = await readSmallFile(path, MAX_RENEWAL_FILE_BYTES);
  return found === undefined ? [] : readRenewables({ name: basename(path), bytes: found.bytes }, openers);
}
