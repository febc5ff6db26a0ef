import { hash as hashOf } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { MeasuredProgram } from "./program.ts";
import type { Benchmark } from "./works.ts";

const RECORD_COUNT = 200_000;
const FIRST_RECORD_TIME = Date.UTC(2026, 3, 1);

/** Returns an audit record in the format that the program writes: somebody edited a user. */
const formatAuditRecord = (seq: number): string => {
  const at = new Date(FIRST_RECORD_TIME + seq * 1000).toISOString();
  const id = `019d4657-0006-7000-8000-${String(seq).padStart(12, "0")}`;
  return JSON.stringify({
    version: 2,
    seq,
    at,
    actor: "owner (hanako)",
    origin: { host: "desk-12", user: "hanako", program: "clomoctl 1.0.0", access: "embedded" },
    action: "users.edit",
    objects: [{ thing: "user", id, name: `髙橋 花子 <u${seq}@example.co.jp>` }],
    before: { title: "主任", tel: "03-0000-0000" },
    after: { title: "課長", tel: "03-0000-0001" },
  });
};

/** Fills the audit log of a new tenant. */
async function fillAuditLog(program: MeasuredProgram): Promise<void> {
  // creates the tenant and its first record
  await program.run("write an audit record");
  using database = new DatabaseSync(program.database);
  let hash = String(database.prepare("select hash from audit").get()?.["hash"]);
  const insert = database.prepare("insert into audit (seq, record, hash) values (?, ?, ?)");
  database.exec("begin");
  for (let seq = 2; seq <= RECORD_COUNT; seq += 1) {
    const record = formatAuditRecord(seq);
    hash = hashOf("sha256", `${hash}\n${record}`);
    insert.run(seq, record, hash);
  }
  database.exec("commit");
}

/** Verifies the audit of a tenant, whose records the benchmark makes. */
export const AUDIT_BENCHMARK: Benchmark = {
  name: "audit verify",
  kind: "long",
  ours: async (bench, checkout) => {
    const program = await bench.emptyTenant(checkout);
    await fillAuditLog(program);
    return async () => {
      const ran = await program.run("verify the audit");
      const { records } = JSON.parse(ran.stdout) as { readonly records: number };
      if (records !== RECORD_COUNT) throw new Error(`${records} records verified where ${RECORD_COUNT} are expected`);
      return ran;
    };
  },
};
