import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { alternate } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { Program } from "./program.ts";
import type { Ran } from "./process.ts";
import { best, highest, median } from "./statistics.ts";
import type { Measured, Work } from "./works.ts";

const FILES = 10_000;
const DIFFERENT = 10;
const TIMES = 3;
/** Of starts; the median counts. */
const STARTS = 15;

/** Without openssl there is neither a peer nor a certificate. */
const NOT_MEASURED: Measured = {
  figures: { seconds: Number.NaN, peerSeconds: undefined, ratio: undefined, rssMb: undefined },
  note: "not measured",
};

/** Certificates that expire long after the warning time, RSA and EC in turn, so that a check ends with 0. */
async function makeCertificates(bench: Bench, folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (let at = 0; at < DIFFERENT; at += 1) {
    const path = join(folder, `original-${at}.crt`);
    const key = at % 2 === 0 ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const subject = ["-utf8", "-subj", `/CN=本社 ${at}/O=clomoctl bench`];
    await bench.peers.openssl(
      "req",
      "-x509",
      "-newkey",
      ...key,
      "-nodes",
      "-keyout",
      "/dev/null",
      "-out",
      path,
      "-days",
      "400",
      ...subject,
    );
    paths.push(path);
  }
  return paths;
}

/** @throws when the program did not find every one of them */
async function verifyChecked(run: Promise<Ran>, expected: number): Promise<Ran> {
  const ran = await run;
  const found = ran.stdout.split("\n").filter((line) => line.startsWith("ok\t")).length;
  if (found !== expected) throw new Error(`${found} certificates checked where ${expected} are expected`);
  return ran;
}

/** A folder of certificates: a file, beside one process of openssl for a file. */
const checkFolder: Work = {
  name: "renewals check, a file",
  target: { must: 0.2, mustRssMb: 150 },
  needs: ["openssl"],
  measure: (bench, withPeer) =>
    bench.withEmptyTenant((program) =>
      bench.withFolder(async (folder) => {
        if (!withPeer) return NOT_MEASURED;
        const originals = await makeCertificates(bench, folder);
        const many = join(folder, "many");
        await mkdir(many);
        for (let at = 0; at < FILES; at += 1) await copyFile(originals[at % DIFFERENT] ?? "", join(many, `${at}.crt`));
        const check = (): Promise<Ran> =>
          verifyChecked(program.run("renewals", "check", many, "--format", "tsv"), FILES);
        const endDate = (): Promise<Ran> =>
          bench.peers.openssl("x509", "-noout", "-enddate", "-in", originals[0] ?? "");
        const { ours } = await alternate({ ours: check, peer: undefined }, TIMES);
        const { ours: peer } = await alternate({ ours: endDate, peer: undefined }, STARTS);
        const seconds = best(ours.map((ran) => ran.seconds)) / FILES;
        const peerSeconds = median(peer.map((ran) => ran.seconds));
        const peak = highest(ours.map(({ peakBytes }) => peakBytes));
        const rssMb = peak === undefined ? undefined : peak / 1e6;
        const note = `${FILES} files in ${(seconds * FILES).toFixed(2)} s, all found; beside openssl x509 -enddate of one`;
        return { figures: { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb }, note };
      }),
    ),
};

/** A start with ten things to check, beside Node doing nothing. */
const checkTen = (
  name: string,
  prepare: (bench: Bench, program: Program, folder: string) => Promise<readonly string[]>,
): Work => ({
  name,
  target: { must: 5 },
  needs: ["openssl"],
  measure: (bench, withPeer) =>
    bench.withEmptyTenant((program) =>
      bench.withFolder(async (folder) => {
        if (!withPeer) return NOT_MEASURED;
        const args = ["renewals", "check", "--format", "tsv", ...(await prepare(bench, program, folder))];
        const ours = (): Promise<Ran> => verifyChecked(program.run(...args), DIFFERENT);
        await ours();
        await ours();
        const runs = await alternate({ ours, peer: () => program.node("-e", "0") }, STARTS);
        const seconds = median(runs.ours.map((run) => run.seconds));
        const peerSeconds = median(runs.peer.map((run) => run.seconds));
        const figures = { seconds, peerSeconds, ratio: seconds / peerSeconds, rssMb: undefined };
        return { figures, note: `median of ${STARTS}, beside node -e 0` };
      }),
    ),
});

/** What the watch over things that expire costs. */
export const RENEWAL_WORKS: readonly Work[] = [
  checkFolder,
  checkTen("renewals check, ten files", (bench, _program, folder) => makeCertificates(bench, folder)),
  checkTen("renewals check, ten recorded", async (bench, program, folder) => {
    for (const [at, file] of (await makeCertificates(bench, folder)).entries()) {
      await program.run("renewals", "add", `item ${at}`, "--file", file);
    }
    return [];
  }),
];
