import type { Connections, Transaction } from "./postgres.ts";
import { seal, unseal, type SealingKeys } from "./sealer.ts";

export type Content = AsyncIterable<Uint8Array>;

/** A file in the store: the newest snapshot of a tenant, or one of its plans. */
export interface StoredFile {
  readonly tenant: string;
  /** empty for the snapshot */
  readonly plan: string;
}

const PART_BYTES = 4 << 20;

const INSERT = "insert into clomoctl.part (tenant, plan, n, seq, bytes) values ($1, $2, $3, $4, $5)";

/** The last part is empty. @param seq position of a snapshot */
export const storeParts = async (
  transaction: Transaction,
  keys: SealingKeys,
  { tenant, plan }: StoredFile,
  content: Content,
  seq = 0,
): Promise<void> => {
  let [n, bytes] = [0, 0];
  const held: Uint8Array[] = [];
  const put = async (): Promise<void> => {
    const sealed = seal(keys, [tenant, "part", seq, plan, n], Buffer.concat(held.splice(0)));
    await transaction.query(INSERT, [tenant, plan, n, seq, sealed]);
    [n, bytes] = [n + 1, 0];
  };
  for await (const chunk of content) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes >= PART_BYTES) await put();
  }
  if (bytes > 0) await put();
  await put();
};

const SELECT = "select bytes, seq::float8 as seq from clomoctl.part where tenant = $1 and plan = $2 and n = $3";

/** Returns nothing if there is no such plan. */
export async function* readParts(
  connections: Connections,
  keys: SealingKeys,
  { tenant, plan }: StoredFile,
): AsyncGenerator<Buffer> {
  await using transaction = await connections.begin("repeatable read, read only");
  for (let n = 0; ; n++) {
    const { rows } = await transaction.query<{ bytes: Buffer; seq: number }>(SELECT, [tenant, plan, n]);
    const [part] = rows;
    if (part === undefined && n === 0 && plan !== "") return;
    const bytes = unseal(keys, [tenant, "part", part?.seq ?? 0, plan, n], part?.bytes ?? Buffer.of());
    if (bytes.length === 0) return;
    yield bytes;
  }
}
