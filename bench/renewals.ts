import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { alternate } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { DIFFERENT } from "./certificates.ts";
import { THIS } from "./checkout.ts";
import type { Program } from "./program.ts";
import type { Ran } from "./process.ts";
import { startUp } from "./start-up.ts";
import { best, highest, median } from "./statistics.ts";
import type { Measured, Work } from "./works.ts";

const FILES = 10_000;
const TIMES = 3;
/** Of openssl; the median counts. */
const PEER_TIMES = 15;

/** Without openssl there is neither a peer nor a certificate. */
const NOT_MEASURED: Measured = {
  figures: { seconds: Number.NaN, peerSeconds: undefined, ratio: undefined, rssMb: undefined },
  note: "not measured",
};

/** The work, measured only where openssl is there. */
const withOpenssl = (work: Work): Work => ({
  ...work,
  measure: async (bench, withPeer) => (withPeer ? work.measure(bench, withPeer) : NOT_MEASURED),
});

/** @throws when the program did not find every one of them */
async function verifyChecked(run: Promise<Ran>, expected: number): Promise<Ran> {
  const ran = await run;
  const found = ran.stdout.split("\n").filter((line) => line.startsWith("ok\t")).length;
  if (found !== expected) throw new Error(`${found} certificates checked where ${expected} are expected`);
  return ran;
}

const checkMany: Work["ours"] = async (bench, checkout) => {
  const originals = await bench.certificates();
  const many = await bench.newFolder("many");
  for (let at = 0; at < FILES; at += 1) await copyFile(originals[at % DIFFERENT] ?? "", join(many, `${at}.crt`));
  const program = await bench.emptyTenant(checkout);
  return () => verifyChecked(program.run("renewals", "check", many, "--format", "tsv"), FILES);
};

/** A folder of certificates: a file, beside one process of openssl for a file. */
const checkFolder: Work = {
  name: "renewals check, a file",
  kind: "long",
  target: { must: 0.2, mustRssMb: 150 },
  needs: ["openssl"],
  ours: checkMany,
  measure: async (bench) => {
    const [original = ""] = await bench.certificates();
    const endDate = (): Promise<Ran> => bench.peers.openssl("x509", "-noout", "-enddate", "-in", original);
    const { ours } = await alternate({ ours: await checkMany(bench, THIS), peer: undefined }, TIMES);
    const { ours: peer } = await alternate({ ours: endDate, peer: undefined }, PEER_TIMES);
    const seconds = best(ours.map((ran) => ran.seconds)) / FILES;
    const peerSeconds = median(peer.map((ran) => ran.seconds));
    const peak = highest(ours.map(({ peakBytes }) => peakBytes));
    const rssMb = peak === undefined ? undefined : peak / 1e6;
    const note = `${FILES} files in ${(seconds * FILES).toFixed(2)} s, all found; beside openssl x509 -enddate of one`;
    return { figures: { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb }, note };
  },
};

/** A start with ten things to check, beside Node doing nothing. */
const checkTen = (name: string, prepare: (bench: Bench, program: Program) => Promise<readonly string[]>): Work =>
  startUp({
    name,
    target: { must: 4.5 },
    needs: ["openssl"],
    ours: async (bench, checkout) => {
      const program = await bench.emptyTenant(checkout);
      const args = ["renewals", "check", "--format", "tsv", ...(await prepare(bench, program))];
      return () => verifyChecked(program.run(...args), DIFFERENT);
    },
  });

/** What the watch over things that expire costs. */
export const RENEWAL_WORKS: readonly Work[] = [
  checkFolder,
  checkTen("renewals check, ten files", (bench) => bench.certificates()),
  checkTen("renewals check, ten recorded", async (bench, program) => {
    for (const [at, file] of (await bench.certificates()).entries()) {
      await program.run("renewals", "add", `item ${at}`, "--file", file);
    }
    return [];
  }),
].map(withOpenssl);
