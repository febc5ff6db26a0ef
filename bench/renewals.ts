import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { runInTurn } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { CERTIFICATE_COUNT } from "./certificates.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { MeasuredProgram } from "./program.ts";
import type { ProcessRun } from "./process.ts";
import { createStartUpBenchmark } from "./start-up.ts";
import { getShortestTime, getHighestPeak, getMedian } from "./statistics.ts";
import type { MeasuredResult, Benchmark } from "./works.ts";

const CERTIFICATE_FILE_COUNT = 1000;
const CHECK_RUNS = 3;
/** Number of runs of openssl; the median counts. */
const OPENSSL_RUNS = 15;

/** The result if openssl is not installed: without openssl, there is neither a peer nor a certificate. */
export const NOT_MEASURED: MeasuredResult = {
  figures: { seconds: Number.NaN, peerSeconds: undefined, ratio: undefined, rssMb: undefined },
  note: "not measured",
};

/** Returns a copy of the benchmark that is measured only if openssl is installed. */
const requireOpenssl = (work: Benchmark): Benchmark => {
  const { peer } = work;
  if (peer === undefined) return work;
  const measure: typeof peer.measure = async (bench, withPeer) =>
    withPeer ? peer.measure(bench, withPeer) : NOT_MEASURED;
  return { ...work, peer: { ...peer, needs: ["openssl"], measure } };
};

/** @throws if the program did not check the expected number of certificates */
export async function verifyCheckedCount(run: Promise<ProcessRun>, expected: number): Promise<ProcessRun> {
  const ran = await run;
  const found = ran.stdout.split("\n").filter((line) => line.startsWith("ok\t")).length;
  if (found !== expected) throw new Error(`${found} certificates checked where ${expected} are expected`);
  return ran;
}

const prepareFolderCheck = async (bench: Bench, checkout: Checkout): Promise<() => Promise<ProcessRun>> => {
  const originals = await bench.certificates();
  const many = await bench.newFolder("many");
  for (let at = 0; at < CERTIFICATE_FILE_COUNT; at += 1)
    await copyFile(originals[at % CERTIFICATE_COUNT] ?? "", join(many, `${at}.crt`));
  const program = await bench.emptyTenant(checkout);
  return () => verifyCheckedCount(program.run("check certificates", [many]), CERTIFICATE_FILE_COUNT);
};

/** Measures the check of a folder of certificates, per file. The peer is one openssl process per file. */
const FOLDER_CHECK_BENCHMARK: Benchmark = {
  name: "renewals check, a folder",
  kind: "long",
  ours: prepareFolderCheck,
  peer: {
    target: { must: 0.2, mustRssMb: 150 },
    needs: ["openssl"],
    measure: async (bench) => {
      const [original = ""] = await bench.certificates();
      const endDate = (): Promise<ProcessRun> => bench.peers.openssl("x509", "-noout", "-enddate", "-in", original);
      const [ours] = await runInTurn([await prepareFolderCheck(bench, THIS_CHECKOUT)], CHECK_RUNS);
      const [peer] = await runInTurn([endDate], OPENSSL_RUNS);
      const seconds = getShortestTime(ours.map((ran) => ran.seconds)) / CERTIFICATE_FILE_COUNT;
      const peerSeconds = getMedian(peer.map((ran) => ran.seconds));
      const peak = getHighestPeak(ours.map(({ peakBytes }) => peakBytes));
      const rssMb = peak === undefined ? undefined : peak / 1e6;
      const note = `a file of ${CERTIFICATE_FILE_COUNT}, all found; beside openssl x509 -enddate of one`;
      return { figures: { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb }, note };
    },
  },
};

/** Creates a benchmark that checks ten certificates, including the start of the program. */
const createTenChecksBenchmark = (
  name: string,
  must: number,
  prepare: (bench: Bench, program: MeasuredProgram) => Promise<readonly string[]>,
): Benchmark =>
  createStartUpBenchmark(name, must, async (bench, checkout) => {
    const program = await bench.emptyTenant(checkout);
    const paths = await prepare(bench, program);
    return () => verifyCheckedCount(program.run("check certificates", paths), CERTIFICATE_COUNT);
  });

/** Benchmarks of checking certificates for their expiry. */
export const RENEWAL_BENCHMARKS: readonly Benchmark[] = [
  FOLDER_CHECK_BENCHMARK,
  createTenChecksBenchmark("renewals check, ten files", 2.72, (bench) => bench.certificates()),
  createTenChecksBenchmark("renewals check, ten recorded", 3.6, async (bench, program) => {
    for (const [at, file] of (await bench.certificates()).entries())
      await program.run("record a certificate", `item ${at}`, file);
    return [];
  }),
].map(requireOpenssl);
