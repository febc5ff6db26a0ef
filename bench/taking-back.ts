import { writeFile } from "node:fs/promises";
import type { Bench } from "./bench.ts";
import type { Checkout } from "./checkout.ts";
import { USER_HEADER, formatPersonRecord } from "./people.ts";
import type { ProcessRun } from "./process.ts";
import type { Benchmark } from "./works.ts";

/** One in this many users is deleted. */
const USERS_PER_DELETION = 10;

/** The most names that one deletion takes. */
const MAX_DELETED_BY_NAME = 2000;

/** Two functions that are called in turn: the first deletes users, the second one undoes the deletion. */
interface Deletion {
  readonly remove: () => Promise<ProcessRun>;
  readonly undo: () => Promise<ProcessRun>;
}

async function prepareDeletion(bench: Bench, checkout: Checkout): Promise<Deletion> {
  const program = await bench.copyOfFilledTenant(checkout);
  const count = Math.min(Math.floor(bench.rows / USERS_PER_DELETION), MAX_DELETED_BY_NAME);
  const file = bench.newPath("leavers.csv");
  const column = USER_HEADER.indexOf("メールアドレス");
  const addresses = Array.from({ length: count }, (_, at) => formatPersonRecord(at).split(",")[column]);
  await writeFile(file, `${["メールアドレス", ...addresses].join("\r\n")}\r\n`);
  const verified = async (run: Promise<ProcessRun>, stored: number): Promise<ProcessRun> => {
    const ran = await run;
    program.verifyStored("users", stored);
    return ran;
  };
  return {
    remove: () => verified(program.run("delete users", file, count), bench.rows - count),
    undo: () => verified(program.run("undo the last change", 0), bench.rows),
  };
}

/** Benchmarks of deleting users, and of undoing that and an import. */
export const TAKING_BACK_BENCHMARKS: readonly Benchmark[] = [
  {
    name: "users delete",
    kind: "long",
    ours: async (bench, checkout) => {
      const { remove, undo } = await prepareDeletion(bench, checkout);
      return async () => {
        const ran = await remove();
        await undo();
        return ran;
      };
    },
  },
  {
    name: "undo of a deletion",
    kind: "long",
    ours: async (bench, checkout) => {
      const { remove, undo } = await prepareDeletion(bench, checkout);
      return async () => {
        await remove();
        return undo();
      };
    },
  },
  {
    name: "undo of an import",
    kind: "long",
    ours: async (bench, checkout) => {
      const filled = await bench.filledTenant(checkout);
      // all of them except the tenant's own organisation are new
      const created = bench.rows + filled.countStored("orgs") - 1;
      return () =>
        bench.withCopy(filled, async (program) => {
          const ran = await program.run("undo the last change", created);
          program.verifyStored("users", 0);
          return ran;
        });
    },
  },
];
