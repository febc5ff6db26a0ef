import type { Connections, Transaction } from "./postgres.ts";
import { seal, unseal, type SealingKeys } from "./sealer.ts";

export type Content = AsyncIterable<Uint8Array>;

/** A file in the store: the newest snapshot of a tenant, or one of its plans. */
export interface StoredFile {
  readonly tenant: string;
  /** empty for the snapshot */
  readonly plan: string;
}

const INSERT = "insert into clomoctl.part (tenant, plan, n, seq, bytes) values ($1, $2, $3, $4, $5)";

/** The last part is empty. @param content large chunks, whose memory is used up @param seq position of a snapshot */
export const storeParts = async (
  transaction: Transaction,
  keys: SealingKeys,
  { tenant, plan }: StoredFile,
  content: Content,
  seq = 0,
): Promise<void> => {
  let n = 0;
  const put = async (part: Uint8Array): Promise<void> => {
    const sealed = seal(keys, [tenant, "part", seq, plan, n], part);
    await transaction.query(INSERT, [tenant, plan, n, seq, sealed]);
    n += 1;
  };
  for await (const chunk of content) await put(chunk);
  await put(Buffer.of());
};

const SELECT = "select bytes, seq::float8 as seq from clomoctl.part where tenant = $1 and plan = $2 and n = $3";

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
