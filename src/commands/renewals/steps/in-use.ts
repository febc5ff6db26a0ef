import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { MOST_BYTES, readRenewables, type Renewable } from "../../../lib/apple/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { InUse } from "../../../lib/renewals/guide/judge-download.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../../tools.ts";
import { readNamedFile } from "../../../lib/files/named.ts";
import type { Subject } from "./subject.ts";

/**
 * What is in use now: the file that was named, else the one that was recorded where it is still the same, else the
 * record itself.
 *
 * @throws Failure `usage` when the named file cannot be read, `input-rejected` when it holds nothing of the kind
 */
export async function inUseOf(
  tools: Pick<Tools, "stdin" | "workingFolder">,
  { kind, item }: Subject,
  named: string | undefined,
): Promise<InUse> {
  if (named !== undefined) {
    const found = readRenewables(await readNamedFile(tools, named)).find(({ expiring }) => expiring.kind === kind);
    if (found !== undefined) return { file: found };
    const { name } = RENEWAL_KINDS[kind];
    throw new Failure("input-rejected", {
      what: text(`this file holds no ${name.en}`, `このファイルに${name.ja}は入っていません`),
      where: named,
    });
  }
  if (item === null) return null;
  const kept = item.source === null ? [] : await keptAt(item.source);
  const same = kept.find(({ expiring }) => expiring.kind === kind && expiring.fingerprint === item.fingerprint);
  return same === undefined ? { record: item } : { file: same };
}

/** What a recorded file holds; nothing where it has gone or changed its nature. */
async function keptAt(path: string): Promise<readonly Renewable[]> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MOST_BYTES) return [];
    return readRenewables({ name: basename(path), bytes: await readFile(path) });
  } catch {
    // the record tells enough
    return [];
  }
}
