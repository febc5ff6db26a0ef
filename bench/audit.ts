import { createWriteStream } from "node:fs";
import { hash as hashOf } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Bench } from "./bench.ts";
import type { Program } from "./program.ts";
import { long, type Work } from "./works.ts";

const RECORDS = 1_000_000;
const START = Date.UTC(2026, 3, 1);

/** A record as the program writes one: somebody edited a user. */
const recordOf = (seq: number): string => {
  const at = new Date(START + seq * 1000).toISOString();
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

/** Fills the audit of a new tenant, and writes the same records as lines to a file. */
async function fill(program: Program, path: string): Promise<void> {
  // it makes the tenant, and the first record
  await program.run("users", "fields", "add", "入社年");
  using database = new DatabaseSync(program.database);
  const first = database.prepare("select record, hash from audit").get();
  const insert = database.prepare("insert into audit (seq, record, hash) values (?, ?, ?)");
  const text = createWriteStream(path);
  text.write(`${String(first?.["record"])}\n`);
  let hash = String(first?.["hash"]);
  database.exec("begin");
  for (let seq = 2; seq <= RECORDS; seq += 1) {
    const record = recordOf(seq);
    hash = hashOf("sha256", `${hash}\n${record}`);
    insert.run(seq, record, hash);
    if (!text.write(`${record}\n`)) await once(text, "drain");
  }
  database.exec("commit");
  text.end();
  await once(text, "finish");
}

let filled: Promise<{ readonly program: Program; readonly text: string }> | undefined;

/** A tenant with an audit of a million records, and their text. */
const auditOf = async (bench: Bench, checkout: Parameters<Bench["emptyTenant"]>[0]) => {
  const program = await bench.emptyTenant(checkout);
  const text = join(await bench.newFolder("audit"), "audit.txt");
  await fill(program, text);
  return { program, text };
};

/** Verifying a million records, beside hashing their text at once. */
export const AUDIT_WORK: Work = long({
  name: "audit verify",
  target: { must: 3, mustRssMb: 200 },
  needs: ["sha256sum"],
  ours: async (bench, checkout) => {
    filled = auditOf(bench, checkout);
    const { program } = await filled;
    return async () => {
      const ran = await program.run("audit", "verify", "--format", "json");
      const { records } = JSON.parse(ran.stdout) as { readonly records: number };
      if (records !== RECORDS) throw new Error(`${records} records verified where ${RECORDS} are expected`);
      return ran;
    };
  },
  peer: async (bench) => {
    const text = (await filled)?.text ?? "";
    return () => bench.peers.sha256sum(text);
  },
  note: () => `${RECORDS} records verified, their text hashed at once`,
});
