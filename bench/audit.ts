import { createWriteStream } from "node:fs";
import { hash as hashOf } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Bench } from "./bench.ts";
import type { MeasuredProgram } from "./program.ts";
import { createLongBenchmark, type Benchmark } from "./works.ts";

const RECORD_COUNT = 1_000_000;
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

/** Fills the audit log of a new tenant, and writes the same records to a file, one per line. */
async function fillAuditLog(program: MeasuredProgram, path: string): Promise<void> {
  // creates the tenant and its first record
  await program.run("users", "fields", "add", "入社年");
  using database = new DatabaseSync(program.database);
  const first = database.prepare("select record, hash from audit").get();
  const insert = database.prepare("insert into audit (seq, record, hash) values (?, ?, ?)");
  const text = createWriteStream(path);
  text.write(`${String(first?.["record"])}\n`);
  let hash = String(first?.["hash"]);
  database.exec("begin");
  for (let seq = 2; seq <= RECORD_COUNT; seq += 1) {
    const record = formatAuditRecord(seq);
    hash = hashOf("sha256", `${hash}\n${record}`);
    insert.run(seq, record, hash);
    if (!text.write(`${record}\n`)) await once(text, "drain");
  }
  database.exec("commit");
  text.end();
  await once(text, "finish");
}

let filledAuditLog: Promise<{ readonly program: MeasuredProgram; readonly text: string }> | undefined;

/** Creates a tenant whose audit log has a million records, and a file with the same records as text. */
const createAuditedTenant = async (bench: Bench, checkout: Parameters<Bench["emptyTenant"]>[0]) => {
  const program = await bench.emptyTenant(checkout);
  const text = join(await bench.newFolder("audit"), "audit.txt");
  await fillAuditLog(program, text);
  return { program, text };
};

/** Measures the verification of a million audit records. The peer hashes their text in one go. */
export const AUDIT_BENCHMARK: Benchmark = createLongBenchmark({
  name: "audit verify",
  target: { must: 3, mustRssMb: 200 },
  needs: ["sha256sum"],
  ours: async (bench, checkout) => {
    filledAuditLog = createAuditedTenant(bench, checkout);
    const { program } = await filledAuditLog;
    return async () => {
      const ran = await program.run("audit", "verify", "--format", "json");
      const { records } = JSON.parse(ran.stdout) as { readonly records: number };
      if (records !== RECORD_COUNT) throw new Error(`${records} records verified where ${RECORD_COUNT} are expected`);
      return ran;
    };
  },
  peer: async (bench) => {
    const text = (await filledAuditLog)?.text ?? "";
    return () => bench.peers.sha256sum(text);
  },
  note: () => `${RECORD_COUNT} records verified, their text hashed at once`,
});
