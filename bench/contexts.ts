import { runInTurn } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import { NOT_MEASURED, verifyCheckedCount } from "./renewals.ts";
import { calculateGrowth, getMedian } from "./statistics.ts";
import type { Benchmark } from "./works.ts";

const [FEW, MANY] = [10, 100];

const RUNS_PER_SIZE = 5;

/** Returns a function that checks a certificate of each of a number of local tenants. */
async function prepareContexts(bench: Bench, contexts: number): Promise<() => Promise<ProcessRun>> {
  const program = await bench.emptyTenant(THIS_CHECKOUT);
  const [file = ""] = await bench.certificates();
  for (let at = 1; at <= contexts; at += 1) {
    await program.run("add a context", `tenant-${at}`);
    await program.run("record a certificate in a context", file, `tenant-${at}`);
  }
  return () => verifyCheckedCount(program.run("check certificates", ["--all-contexts"]), contexts);
}

/** Measures whether a tenant takes longer among many contexts than among few. */
export const CONTEXTS_BENCHMARK: Benchmark = {
  name: "growth of contexts",
  kind: "long",
  peer: {
    target: { must: 1.1 },
    needs: ["openssl"],
    measure: async (bench, withPeer) => {
      if (!withPeer) return NOT_MEASURED;
      const works = [
        await prepareContexts(bench, 1),
        await prepareContexts(bench, FEW),
        await prepareContexts(bench, MANY),
      ];
      const [one = 0, few = 0, many = 0] = (await runInTurn(works, RUNS_PER_SIZE)).map((runs) =>
        getMedian(runs.map(({ seconds }) => seconds)),
      );
      const ratio = calculateGrowth({ rows: FEW - 1, seconds: few }, { rows: MANY - 1, seconds: many }, one);
      const figures = { seconds: many, peerSeconds: few, ratio, rssMb: undefined };
      return { figures, note: `ms a context: ${(((many - one) / (MANY - 1)) * 1000).toFixed(1)} of ${MANY}` };
    },
  },
};
